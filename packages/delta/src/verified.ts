import { createHash, hash } from 'node:crypto'
import {
  type Checkpoint,
  type TensorDescription,
  type TensorInfo,
  type TensorReader,
  tensorInfo
} from '@soup/tensor'
import { invalid, type PayloadContents } from './contents.ts'
import { DeltaError } from './errors.ts'

/** What {@link verified} is made of. */
export interface VerifiedInit {
  payload: Checkpoint
  /** What the payload was decoded over, where it takes a base. */
  base?: Checkpoint | undefined
  /** What the payload promises. */
  contents: PayloadContents
  /** What it leads to: the tensors that it promises. */
  tensors: ReadonlyMap<string, TensorInfo>
  /** Reads a tensor from its first byte on. */
  open(name: string): TensorReader
}

/**
 * What a payload leads to. The bytes of each tensor are hashed as they are read and compared with what the payload
 * lists by the read that takes the last of them, so that neither a wrong base nor a wrong payload can go unnoticed.
 *
 * @returns a checkpoint with the expert's own metadata; reading a tensor throws {@link DeltaError}
 *   `DELTA_SHA256` when its bytes aren't the listed ones, and whatever decoding throws
 * @throws {DeltaError} `DELTA_INVALID` as {@link requireEmptyHashes}
 */
export function verified(init: VerifiedInit): Checkpoint {
  const { payload, contents, tensors } = init
  requireEmptyHashes(payload, contents, tensors)
  const byName = new Map(contents.tensors.map(tensor => [tensor.name, tensor]))
  const { name } = payload
  return {
    name,
    metadata: contents.metadata,
    tensors,
    isSequential: true,
    open: (tensor, offset = 0) => {
      const info = tensorInfo({ name, tensors }, tensor)
      if (offset !== 0) throw new RangeError(`${name}: ${tensor} can't be read from ${offset}`)
      return hashed(init, info, byName.get(tensor)!)
    },
    close: () => Promise.resolve()
  }
}

/** SHA-256 of no bytes. */
const EMPTY_SHA256 = hash('sha256', '')

/**
 * Checks what is listed of tensors without bytes, which nobody reads.
 *
 * @throws {DeltaError} `DELTA_INVALID` when such a hash isn't that of nothing
 */
export function requireEmptyHashes(
  payload: Checkpoint,
  { tensors: listed }: PayloadContents,
  tensors: ReadonlyMap<string, TensorInfo>
): void {
  for (const { name, sha256 } of listed) {
    if (tensors.get(name)?.sizeBytes !== 0 || sha256 === EMPTY_SHA256) continue
    throw invalid(
      payload,
      `it has no bytes and is listed with SHA-256 ${sha256}, expected ${EMPTY_SHA256}`,
      name
    )
  }
}

/** Hashes what passes through. */
function hashed(
  init: VerifiedInit,
  { name, sizeBytes }: TensorInfo,
  { sha256 }: TensorDescription
): TensorReader {
  const reader = init.open(name)
  const digest = createHash('sha256')
  let left = sizeBytes
  return {
    read: async (target, options) => {
      await reader.read(target, options)
      if (target.length === 0) return
      digest.update(target)
      left -= target.length
      const got = left > 0 ? sha256 : digest.digest('hex')
      if (got !== sha256) throw mismatch(init, name, sha256, got)
    }
  }
}

function mismatch(
  { base, payload }: VerifiedInit,
  tensor: string,
  expected: string,
  got: string
): DeltaError {
  const reason =
    base === undefined
      ? `payload ${payload.name} is damaged`
      : `base ${base.name} or payload ${payload.name} is not the one that the delta was made with`
  return new DeltaError(
    'DELTA_SHA256',
    `tensor ${JSON.stringify(tensor)} decodes to ${got}, expected ${expected}: ${reason}`,
    { details: { base: base?.name, payload: payload.name, tensor, expected, got } }
  )
}
