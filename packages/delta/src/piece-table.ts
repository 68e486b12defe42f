import type { PieceFormat } from './piece-format.ts'

/** Bytes of one entry of a piece table. */
const ENTRY_BYTES = 4

/** What of a format the sizes of tables follow from. */
type Sized = Pick<PieceFormat, 'pieceBytes' | 'maxStoredBytes'>

/** Writes the table of the stored lengths of a tensor's pieces: 32 bits each, little endian. */
export function encodePieceTable(lengths: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(lengths).buffer)
}

/** Number of a tensor's pieces. */
export function pieceCount(sizeBytes: number, { pieceBytes }: Pick<Sized, 'pieceBytes'>): number {
  return Math.ceil(sizeBytes / pieceBytes)
}

/** Bytes of the table of a tensor of this size. */
export function pieceTableBytes(sizeBytes: number, format: Pick<Sized, 'pieceBytes'>): number {
  return pieceCount(sizeBytes, format) * ENTRY_BYTES
}

/** The most bytes that a tensor takes with its table. */
export function maxTensorBytes(sizeBytes: number, format: Sized): number {
  const { pieceBytes } = format
  const full = Math.floor(sizeBytes / pieceBytes)
  const last = sizeBytes % pieceBytes
  const stored = full * format.maxStoredBytes(pieceBytes)
  return (
    pieceTableBytes(sizeBytes, format) + stored + (last === 0 ? 0 : format.maxStoredBytes(last))
  )
}
