import type { Checkpoint, TensorInfo, TensorReader } from '@soup/tensor'
import { invalid } from './contents.ts'
import { exactPieceSizes } from './encode-part.ts'
import { EXACT_PIECE_BYTES } from './limits.ts'

/** Bytes of one entry of a piece table. */
const ENTRY_BYTES = 4

/** The most bytes that a piece of a tensor takes when it is stored, by the bytes that it decodes to. */
export type StoredLimit = (sizeBytes: number) => number

/** Writes the table of the stored lengths of a tensor's pieces: 32 bits each, little endian. */
export function encodePieceTable(lengths: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(lengths).buffer)
}

/** Bytes of the table of a tensor of this size. */
export function pieceTableBytes(sizeBytes: number): number {
  return Math.ceil(sizeBytes / EXACT_PIECE_BYTES) * ENTRY_BYTES
}

/**
 * The most bytes that a tensor takes with its table. Every piece but the last has the same size.
 *
 * @param sizeBytes of the decoded tensor
 */
export function maxStoredBytes(sizeBytes: number, limit: StoredLimit): number {
  const full = Math.floor(sizeBytes / EXACT_PIECE_BYTES)
  const last = sizeBytes % EXACT_PIECE_BYTES
  return (
    pieceTableBytes(sizeBytes) + full * limit(EXACT_PIECE_BYTES) + (last === 0 ? 0 : limit(last))
  )
}

/**
 * Reads the lengths of a tensor's pieces and checks them before any piece is read.
 *
 * @param info the decoded tensor; `stored` is the payload's tensor of that name
 * @param reader of the stored tensor, at its beginning; left at the first piece
 * @throws {DeltaError} `DELTA_INVALID` when a piece claims more than `limit` allows, or when all together don't
 *   fill the stored tensor
 */
export async function readPieceTable(
  payload: Checkpoint,
  info: TensorInfo,
  stored: TensorInfo,
  reader: TensorReader,
  limit: StoredLimit
): Promise<number[]> {
  const table = Buffer.alloc(pieceTableBytes(info.sizeBytes))
  await reader.read(table)
  let sum = table.length
  const lengths = [...exactPieceSizes(info.sizeBytes)].map((sizeBytes, piece) => {
    const length = table.readUInt32LE(piece * ENTRY_BYTES)
    const most = limit(sizeBytes)
    if (length > most) {
      throw invalid(payload, `piece ${piece} claims ${length} bytes of at most ${most}`, info.name)
    }
    sum += length
    return length
  })
  if (sum === stored.sizeBytes) return lengths
  throw invalid(payload, `its pieces claim ${sum} bytes, there are ${stored.sizeBytes}`, info.name)
}
