import { createHash } from 'node:crypto'
import { type Checkpoint, type TensorDescription, tensorInfo } from '@soup/tensor'
import type { PayloadContents } from './contents.ts'
import { DeltaError } from './errors.ts'
import { pieceReader } from './piece-reader.ts'

/** What {@link verified} is made of. */
export interface VerifiedInit {
  /** Whose tensors the result has, by name, dtype and shape. */
  base: Checkpoint
  /** Where the pieces come from. */
  payload: Checkpoint
  /** What the payload promises; lists the base's tensors. */
  contents: PayloadContents
  /** Decodes a tensor: all its bytes in order, in pieces of any size, each valid until the next is asked for. Called once a reader. */
  pieces(name: string): AsyncIterable<Uint8Array>
}

/**
 * The expert that a payload decodes to. The bytes of each tensor are hashed as they are read and compared with
 * what the payload lists before the last of them are handed out, so that neither a wrong base nor a wrong payload
 * can go unnoticed.
 *
 * @returns a checkpoint with the expert's own metadata; reading a tensor throws {@link DeltaError}
 *   `DELTA_SHA256` when its bytes aren't the listed ones, and whatever decoding throws
 */
export function verified(init: VerifiedInit): Checkpoint {
  const { base, payload, contents } = init
  const byName = new Map(contents.tensors.map(tensor => [tensor.name, tensor]))
  const { name } = payload
  return {
    name,
    metadata: contents.metadata,
    tensors: base.tensors,
    isSequential: true,
    open: (tensor, offset = 0) => {
      const info = tensorInfo({ name, tensors: base.tensors }, tensor)
      if (offset !== 0) throw new RangeError(`${name}: ${tensor} can't be read from ${offset}`)
      return pieceReader(info, checked(init, byName.get(tensor)!, info.sizeBytes))
    },
    close: () => Promise.resolve()
  }
}

async function* checked(
  { base, payload, pieces }: VerifiedInit,
  { name, sha256 }: TensorDescription,
  sizeBytes: number
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let left = sizeBytes
  for await (const piece of pieces(name)) {
    hash.update(piece)
    left -= piece.length
    const got = left > 0 ? sha256 : hash.digest('hex')
    if (got !== sha256) throw mismatch(base, payload, name, sha256, got)
    yield piece
  }
}

function mismatch(
  base: Checkpoint,
  payload: Checkpoint,
  tensor: string,
  expected: string,
  got: string
): DeltaError {
  return new DeltaError(
    'DELTA_SHA256',
    `tensor ${JSON.stringify(tensor)} decodes to ${got}, expected ${expected}: base ${base.name} or payload ${payload.name} is not the one that the delta was made with`,
    { details: { base: base.name, payload: payload.name, tensor, expected, got } }
  )
}
