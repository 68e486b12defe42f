import type { AbortOptions, ByteSource } from '@soup/interface'
import type { Checkpoint, TensorInfo, TensorReader } from '../checkpoint.ts'
import { closeAfter } from '../close-all.ts'
import { decodeUtf8 } from '../decode-utf8.ts'
import { TensorError } from '../errors.ts'
import { MAX_HEADER_BYTES } from '../limits.ts'
import { readInto } from '../read-into.ts'
import { cursor, tensorInfo } from '../tensor-info.ts'
import { layOut, type PlacedTensor } from './layout.ts'
import { invalid, parseHeader } from './parse-header.ts'

/** Bytes of the little-endian number that says how long the header is. */
const LENGTH_BYTES = 8

/**
 * Opens a safetensors file: reads and checks its header, nothing else.
 *
 * @param source the file; the checkpoint owns it from now on and closes it, also when opening fails
 * @returns its tensors in the order of their offsets
 * @throws {TensorError} `SAFETENSORS_INVALID` when any rule of the format is broken; while reading,
 *   `TENSOR_UNREADABLE` when the source fails or has become shorter
 */
export async function openSafetensors(
  source: ByteSource,
  options?: AbortOptions
): Promise<Checkpoint> {
  try {
    const length = await readHeaderLength(source, options)
    const { metadata, entries } = parseHeader(source.name, await readText(source, length, options))
    const dataStart = LENGTH_BYTES + length
    const placed = layOut(source.name, entries, source.sizeBytes - dataStart)
    const byName = new Map(placed.map(tensor => [tensor.info.name, tensor]))
    const { name } = source
    const tensors = new Map(placed.map(({ info }) => [info.name, info]))
    return {
      name,
      metadata,
      tensors,
      isSequential: false,
      open: (tensor, offset = 0) => {
        tensorInfo({ name, tensors }, tensor)
        return readFrom(source, dataStart, byName.get(tensor)!, offset)
      },
      close: () => source.close()
    }
  } catch (error) {
    return await closeAfter(error, [source], source.name)
  }
}

async function readHeaderLength(source: ByteSource, options?: AbortOptions): Promise<number> {
  if (source.sizeBytes < LENGTH_BYTES) {
    throw invalid(source.name, `it has ${source.sizeBytes} bytes, too few for a header`)
  }
  const bytes = await source.read(0, LENGTH_BYTES, options)
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  if (length > MAX_HEADER_BYTES) {
    throw invalid(
      source.name,
      `its header claims ${length} bytes, at most ${MAX_HEADER_BYTES} are allowed`
    )
  }
  if (Number(length) > source.sizeBytes - LENGTH_BYTES) {
    throw invalid(
      source.name,
      `its header claims ${length} bytes, the whole file has ${source.sizeBytes}`
    )
  }
  return Number(length)
}

async function readText(
  source: ByteSource,
  length: number,
  options?: AbortOptions
): Promise<string> {
  const text = decodeUtf8(await source.read(LENGTH_BYTES, length, options))
  if (text === undefined) throw invalid(source.name, 'its header is not UTF-8')
  return text
}

/**
 * Reads a tensor that lies in one piece in a source.
 *
 * @param dataStart the byte that `begin` counts from
 * @returns reads throw {@link TensorError} `TENSOR_UNREADABLE` when the source fails or has become shorter
 */
export function readFrom(
  source: ByteSource,
  dataStart: number,
  { info, begin }: PlacedTensor,
  offset: number
): TensorReader {
  const take = cursor(info, offset)
  return {
    read: async (target, options) => {
      const at = dataStart + begin + take(target.length)
      try {
        await readInto(source, at, target, options)
      } catch (error) {
        options?.signal?.throwIfAborted()
        throw unreadable(source, info, at, error)
      }
    }
  }
}

function unreadable(
  source: ByteSource,
  { name, sizeBytes }: TensorInfo,
  offset: number,
  cause: unknown
): TensorError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new TensorError(
    'TENSOR_UNREADABLE',
    `${source.name}: tensor ${JSON.stringify(name)} can't be read: ${reason}`,
    { details: { file: source.name, tensor: name, sizeBytes, offset }, cause }
  )
}
