import type { Checkpoint, TensorInfo } from '../checkpoint.ts'
import { checkpointBytes, compareNames } from '../describe.ts'
import { alignment } from '../dtype.ts'
import { TensorError } from '../errors.ts'
import { MAX_HEADER_BYTES } from '../limits.ts'
import { layOut } from './layout.ts'
import { parseHeader } from './parse-header.ts'

/** What a header is made of. */
export type Headed = Pick<Checkpoint, 'name' | 'metadata' | 'tensors'>

/**
 * Size of the file that `writeSafetensors` makes of a checkpoint, known before a byte is read.
 *
 * @throws {TensorError} `SAFETENSORS_INVALID` as when writing
 */
export function safetensorsBytes(checkpoint: Headed): number {
  return encodeHeader(checkpoint, fileOrder(checkpoint)).length + checkpointBytes(checkpoint)
}

/** The tensors in the order of a file: by alignment, the largest first, then by name. */
export function fileOrder(checkpoint: Pick<Checkpoint, 'tensors'>): TensorInfo[] {
  return [...checkpoint.tensors.values()].sort(
    (a, b) => alignment(b) - alignment(a) || compareNames(a.name, b.name)
  )
}

/**
 * Writes the header of a file that holds these tensors in this order, its length before it. By hand: an object
 * would lose a tensor that is called `__proto__`.
 *
 * @throws {TensorError} `SAFETENSORS_INVALID` when a reader would refuse it
 */
export function encodeHeader(checkpoint: Headed, tensors: readonly TensorInfo[]): Uint8Array {
  const metadata = [...new Map([['format', 'pt'], ...checkpoint.metadata])].sort(([a], [b]) =>
    compareNames(a, b)
  )
  const fields = [`"__metadata__":${encodeObject(metadata)}`]
  let begin = 0
  for (const { name, dtype, shape, sizeBytes } of tensors) {
    const end = begin + sizeBytes
    fields.push(
      `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`
    )
    begin = end
  }
  const json = `{${fields.join(',')}}`
  const text = json.padEnd(json.length + (-Buffer.byteLength(json) & 7))
  // What a reader would refuse is not written: bad names, sizes that don't fit the shapes.
  layOut(checkpoint.name, parseHeader(checkpoint.name, text).entries, begin)
  return withLength(checkpoint, Buffer.from(text))
}

function encodeObject(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)}}`
}

function withLength(checkpoint: Headed, header: Uint8Array): Uint8Array {
  if (header.length > MAX_HEADER_BYTES) {
    throw new TensorError(
      'SAFETENSORS_INVALID',
      `${checkpoint.name}: its header would take ${header.length} bytes, at most ${MAX_HEADER_BYTES} are allowed`,
      { details: { checkpoint: checkpoint.name, headerBytes: header.length } }
    )
  }
  const bytes = Buffer.alloc(8 + header.length)
  bytes.writeBigUInt64LE(BigInt(header.length))
  bytes.set(header, 8)
  return bytes
}
