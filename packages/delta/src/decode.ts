import { createHash } from 'node:crypto'
import type { AbortOptions } from '@soup/interface'
import {
  type Checkpoint,
  PIECE_BYTES,
  pieceSizes,
  type TensorDescription,
  type TensorInfo,
  type TensorReader,
  tensorInfo
} from '@soup/tensor'
import { EXACT, invalid, payloadContents, requireSameTensors } from './contents.ts'
import { elementLayout } from './difference.ts'
import { DeltaError } from './errors.ts'
import { decodePiece } from './piece.ts'

/** Bytes of one entry of a piece table. */
const ENTRY_BYTES = 4

/**
 * Turns the base back into the expert, tensor by tensor as it is read, in bounded memory. The bytes of
 * each tensor are hashed and compared with what the payload recorded of the expert's before the last
 * of them are handed out, so that neither a wrong base nor a wrong payload can go unnoticed.
 *
 * @param base the checkpoint that the delta was made over; stays the caller's
 * @param payload an opened payload; stays the caller's; trusted in nothing
 * @returns the expert, with its own metadata; reading a tensor throws {@link DeltaError}
 *   `DELTA_INVALID` when its data break the format, `DELTA_SHA256` when they decode to another tensor
 * @throws {DeltaError} `DELTA_INVALID`, `DELTA_MISMATCH` (base and payload list different tensors),
 *   before any data is read
 */
export function decodeExact(base: Checkpoint, payload: Checkpoint): Checkpoint {
  const contents = payloadContents(payload, [EXACT])
  const byName = new Map(contents.tensors.map(tensor => [tensor.name, tensor]))
  requireSameTensors(base, payload, byName)
  for (const stored of payload.tensors.values()) checkStored(base, payload, stored)
  return {
    name: payload.name,
    metadata: contents.metadata,
    tensors: base.tensors,
    isSequential: true,
    open: (name, offset = 0) => {
      const tensor = byName.get(name)
      if (tensor === undefined || offset !== 0)
        throw new RangeError(`${payload.name} has no tensor ${JSON.stringify(name)} from ${offset}`)
      return new TensorDecoder(base, payload, tensor)
    },
    close: () => Promise.resolve()
  }
}

/** A stored tensor is a row of bytes that can't be larger than the tensor and its table. */
function checkStored(base: Checkpoint, payload: Checkpoint, stored: TensorInfo): void {
  const info = base.tensors.get(stored.name)
  if (info === undefined) throw invalid(payload, 'it holds data but is not listed', stored.name)
  const tableBytes = pieceCount(info) * ENTRY_BYTES
  const { dtype, sizeBytes } = stored
  if (dtype !== 'U8' || sizeBytes < tableBytes || sizeBytes > tableBytes + info.sizeBytes) {
    throw invalid(
      payload,
      `its data are ${sizeBytes} bytes of ${dtype}, expected U8, ${tableBytes} to ${tableBytes + info.sizeBytes} bytes`,
      stored.name
    )
  }
}

/** Decodes piece after piece, each into memory of its own, and hashes them all. */
class TensorDecoder implements TensorReader {
  readonly #base: Checkpoint
  readonly #payload: Checkpoint
  readonly #tensor: TensorDescription
  readonly #pieces: AsyncIterator<Uint8Array>
  readonly #hash = createHash('sha256')
  #left: number
  #rest: Uint8Array = new Uint8Array(0)

  constructor(base: Checkpoint, payload: Checkpoint, tensor: TensorDescription) {
    this.#base = base
    this.#payload = payload
    this.#tensor = tensor
    this.#left = tensorInfo(base, tensor.name).sizeBytes
    this.#pieces = decodedPieces(base, payload, tensor.name)
  }

  async read(target: Uint8Array, options?: AbortOptions): Promise<void> {
    if (target.length > this.#left + this.#rest.length) throw this.#end()
    for (let filled = 0; filled < target.length; ) {
      options?.signal?.throwIfAborted()
      if (this.#rest.length === 0) this.#rest = await this.#next()
      const part = this.#rest.subarray(0, target.length - filled)
      target.set(part, filled)
      filled += part.length
      this.#rest = this.#rest.subarray(part.length)
    }
  }

  async #next(): Promise<Uint8Array> {
    const { value, done } = await this.#pieces.next()
    if (done === true) throw this.#end()
    this.#hash.update(value)
    this.#left -= value.length
    if (this.#left > 0) return value
    const got = this.#hash.digest('hex')
    if (got !== this.#tensor.sha256) throw mismatch(this.#base, this.#payload, this.#tensor, got)
    return value
  }

  #end(): RangeError {
    return new RangeError(`tensor ${JSON.stringify(this.#tensor.name)} has no more bytes`)
  }
}

async function* decodedPieces(
  base: Checkpoint,
  payload: Checkpoint,
  name: string
): AsyncGenerator<Uint8Array> {
  const info = base.tensors.get(name)!
  const stored = payload.tensors.get(name)
  const layout = elementLayout(info.dtype)
  const [theirs, ours] = [base.open(name), stored && payload.open(name)]
  const lengths = stored && (await readTable(payload, info, stored, ours!))
  for (const [piece, size] of [...pieceSizes(info.sizeBytes)].entries()) {
    const basePiece = new Uint8Array(size)
    await theirs.read(basePiece)
    const bytes = new Uint8Array(lengths?.[piece] ?? 0)
    if (bytes.length > 0) await ours!.read(bytes)
    yield decodeChecked(payload, name, piece, () => decodePiece(bytes, basePiece, layout))
  }
}

/** Reads the lengths of a tensor's pieces and checks them before any piece is read. */
async function readTable(
  payload: Checkpoint,
  info: TensorInfo,
  stored: TensorInfo,
  reader: TensorReader
): Promise<number[]> {
  const table = Buffer.alloc(pieceCount(info) * ENTRY_BYTES)
  await reader.read(table)
  let sum = table.length
  const lengths = [...pieceSizes(info.sizeBytes)].map((sizeBytes, piece) => {
    const length = table.readUInt32LE(piece * ENTRY_BYTES)
    if (length > sizeBytes) {
      throw invalid(
        payload,
        `piece ${piece} claims ${length} bytes of at most ${sizeBytes}`,
        info.name
      )
    }
    sum += length
    return length
  })
  if (sum === stored.sizeBytes) return lengths
  throw invalid(payload, `its pieces claim ${sum} bytes, there are ${stored.sizeBytes}`, info.name)
}

function decodeChecked(
  payload: Checkpoint,
  tensor: string,
  piece: number,
  decode: () => Uint8Array
): Uint8Array {
  try {
    return decode()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw invalid(payload, `piece ${piece}: ${error.message}`, tensor, error)
  }
}

function mismatch(
  base: Checkpoint,
  payload: Checkpoint,
  { name, sha256 }: TensorDescription,
  got: string
): DeltaError {
  return new DeltaError(
    'DELTA_SHA256',
    `tensor ${JSON.stringify(name)} decodes to ${got}, expected ${sha256}: base ${base.name} or payload ${payload.name} is not the one that the delta was made with`,
    { details: { base: base.name, payload: payload.name, tensor: name, expected: sha256, got } }
  )
}

function pieceCount({ sizeBytes }: TensorInfo): number {
  return Math.ceil(sizeBytes / PIECE_BYTES)
}
