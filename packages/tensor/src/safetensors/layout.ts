import type { TensorInfo } from '../checkpoint.ts'
import { elementCount, isDtype, tensorBytes } from '../dtype.ts'
import { type HeaderEntry, invalid } from './parse-header.ts'

/** A tensor and where its bytes begin, relative to the end of the header. */
export interface PlacedTensor {
  info: TensorInfo
  begin: number
}

/**
 * Checks that the tensors of a header cover the file's data exactly: no hole, no overlap, nothing left.
 *
 * @param file what to call the file in an error
 * @param entries the header's entries, in any order
 * @param dataBytes bytes of the file after its header
 * @returns the tensors in file order
 * @throws {TensorError} `SAFETENSORS_INVALID`
 */
export function layOut(
  file: string,
  entries: readonly HeaderEntry[],
  dataBytes: number
): PlacedTensor[] {
  const byOffset = [...entries].sort(
    (a, b) => a.offsets[0] - b.offsets[0] || a.offsets[1] - b.offsets[1]
  )
  let position = 0
  const placed = byOffset.map(entry => {
    const [begin, end] = entry.offsets
    if (begin !== position) {
      const fault = begin > position ? 'a hole before it' : 'it overlaps the tensor before it'
      throw invalid(file, `${fault}: begins at ${begin}, expected ${position}`, entry.name)
    }
    const sizeBytes = checkSize(file, entry)
    position = end
    const { name, dtype, shape } = entry
    return { begin, info: { name, dtype, shape, sizeBytes } }
  })
  if (position > dataBytes) throw truncated(file, placed, dataBytes)
  if (position < dataBytes) {
    throw invalid(file, `${dataBytes - position} bytes after its last tensor belong to none`)
  }
  return placed
}

/** The size that dtype and shape demand must be the one between the offsets. */
function checkSize(
  file: string,
  { name, dtype, shape, offsets: [begin, end] }: HeaderEntry
): number {
  const elements = elementCount(shape)
  if (elements === undefined) throw invalid(file, `shape [${shape}] is too large`, name)
  const got = end - begin
  // An unknown dtype passes through: all that is known of its size is that nothing takes no bytes.
  const expected = isDtype(dtype) ? tensorBytes(dtype, shape) : elements === 0 ? 0 : got
  if (expected === undefined) {
    throw invalid(file, `${dtype}[${shape}] is too large or doesn't fill whole bytes`, name)
  }
  if (got !== expected || (elements > 0 && got === 0)) {
    throw invalid(file, `${dtype}[${shape}] takes ${expected} bytes, its offsets say ${got}`, name)
  }
  return got
}

function truncated(file: string, placed: readonly PlacedTensor[], dataBytes: number): Error {
  const { info, begin } = placed.find(tensor => tensor.begin + tensor.info.sizeBytes > dataBytes)!
  const end = begin + info.sizeBytes
  return invalid(
    file,
    `the file is truncated: its data ends at byte ${dataBytes}, this tensor at ${end}`,
    info.name
  )
}
