import { createHash } from 'node:crypto'
import type { AbortOptions } from '@soup/interface'
import {
  type Checkpoint,
  PIECE_BYTES,
  pieceSizes,
  type TensorDescription,
  type TensorInfo
} from '@soup/tensor'
import { ByteReader } from './byte-reader.ts'
import { invalid, payloadContents, requireSameTensors } from './contents.ts'
import { elementLayout } from './difference.ts'
import { DeltaError } from './errors.ts'
import { decodePiece } from './piece.ts'

/** Bytes of one entry of a piece table. */
const ENTRY_BYTES = 4

/**
 * Turns the base back into the expert, tensor by tensor as it is read, in bounded memory. The bytes of
 * each tensor are hashed and compared with what the payload recorded of the expert's before the last
 * piece is handed out, so that neither a wrong base nor a wrong payload can go unnoticed.
 *
 * @param base the checkpoint that the delta was made over; stays the caller's
 * @param payload an opened payload; stays the caller's; trusted in nothing
 * @returns the expert, with its own metadata; reading a tensor throws {@link DeltaError}
 *   `DELTA_INVALID` when its data break the format, `DELTA_SHA256` when they decode to another tensor
 * @throws {DeltaError} `DELTA_INVALID`, `DELTA_MISMATCH` (base and payload list different tensors),
 *   before any data is read
 */
export function decodeExact(base: Checkpoint, payload: Checkpoint): Checkpoint {
  const contents = payloadContents(payload)
  const byName = new Map(contents.tensors.map(tensor => [tensor.name, tensor]))
  requireSameTensors(base, payload, byName)
  for (const stored of payload.tensors.values()) checkStored(base, payload, stored)
  return {
    name: payload.name,
    metadata: contents.metadata,
    tensors: base.tensors,
    read: (name, options) => {
      const tensor = byName.get(name)
      if (tensor === undefined)
        throw new RangeError(`${payload.name} has no tensor ${JSON.stringify(name)}`)
      return verified(base, payload, tensor, decodeTensor(base, payload, name, options))
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

async function* decodeTensor(
  base: Checkpoint,
  payload: Checkpoint,
  name: string,
  options?: AbortOptions
): AsyncGenerator<Uint8Array> {
  const info = base.tensors.get(name)!
  const stored = payload.tensors.get(name)
  if (stored === undefined) {
    yield* base.read(name, options)
    return
  }
  const layout = elementLayout(info.dtype)
  const reader = new ByteReader(payload.read(name, options))
  try {
    const lengths = await readTable(payload, info, stored, reader)
    let piece = 0
    for await (const basePiece of base.read(name, options)) {
      const bytes = await reader.take(lengths[piece++] ?? 0)
      yield decodeChecked(payload, name, piece - 1, () => decodePiece(bytes, basePiece, layout))
    }
  } finally {
    await reader.close()
  }
}

/** Reads the lengths of a tensor's pieces and checks them before any piece is read. */
async function readTable(
  payload: Checkpoint,
  info: TensorInfo,
  stored: TensorInfo,
  reader: ByteReader
): Promise<number[]> {
  const table = Buffer.from(await reader.take(pieceCount(info) * ENTRY_BYTES))
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

/** Passes pieces on and holds the last one back until the hash of all is right. */
async function* verified(
  base: Checkpoint,
  payload: Checkpoint,
  tensor: TensorDescription,
  pieces: AsyncIterable<Uint8Array>
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let held: Uint8Array | undefined
  for await (const piece of pieces) {
    if (held !== undefined) yield held
    hash.update(piece)
    held = piece
  }
  const got = hash.digest('hex')
  if (got !== tensor.sha256) throw mismatch(base, payload, tensor, got)
  if (held !== undefined) yield held
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
