import {
  type Checkpoint,
  compareNames,
  elementCount,
  firstDifference,
  MAX_RANK,
  type TensorDescription
} from '@soup/tensor'
import { DeltaError } from './errors.ts'
import { MAX_LIST_VALUES } from './limits.ts'

/** What a payload says of the expert in its metadata. */
export interface PayloadContents {
  /** Every tensor of the expert, sorted by name as `compareNames` orders them. */
  tensors: TensorDescription[]
  /** The expert's own metadata. */
  metadata: Map<string, string>
}

/** Name and version of the lossless format that is written. */
export const EXACT = 'exact/2'

/** Its versions that are read. */
export const EXACT_VERSIONS: readonly string[] = ['exact/1', EXACT]

/** Name and version of the format of low-rank adapters. */
export const LORA = 'lora/1'

/** The formats that this version knows; others are refused. */
const FORMATS: readonly string[] = [...EXACT_VERSIONS, LORA, 'sparse/1', 'int8/1', 'bit1/1']

const SHA256_HEX = /^[0-9a-f]{64}$/

/** Writes contents as safetensors metadata. */
export function encodeContents(
  contents: PayloadContents,
  format: string = EXACT
): Map<string, string> {
  const tensors = [...contents.tensors]
    .sort((a, b) => compareNames(a.name, b.name))
    .map(({ name, dtype, shape, sha256 }) => [name, dtype, shape, sha256])
  return new Map([
    ['soup.codec', format],
    ['soup.metadata', JSON.stringify([...contents.metadata])],
    ['soup.tensors', JSON.stringify(tensors)]
  ])
}

/**
 * Reads what a payload says of the expert, from its header alone: the list that the expert's `result`
 * id is made of, before any of its data has arrived.
 *
 * @param formats codecs and their versions that the caller can decode; all that are known unless given
 * @throws {DeltaError} `DELTA_INVALID` when the metadata isn't that of a delta of such a codec
 */
export function payloadContents(
  payload: Checkpoint,
  formats: readonly string[] = FORMATS
): PayloadContents {
  requireCodec(payload, formats)
  const tensors = parseList(payload, 'soup.tensors').map(item => parseTensor(payload, item))
  const unsorted = tensors.find((tensor, i) => {
    const before = tensors[i - 1]
    return before !== undefined && compareNames(before.name, tensor.name) >= 0
  })
  if (unsorted)
    throw invalid(payload, `its tensors aren't in order of name, or one comes twice`, unsorted.name)
  const metadata = new Map(
    parseList(payload, 'soup.metadata').map(item => parsePair(payload, item))
  )
  return { tensors, metadata }
}

/**
 * The codec of a payload and its version, as `soup.codec` names them.
 *
 * @throws {DeltaError} `DELTA_INVALID` when it is none of `formats`
 */
export function requireCodec(payload: Checkpoint, formats: readonly string[]): string {
  const codec = payload.metadata.get('soup.codec')
  if (codec !== undefined && formats.includes(codec)) return codec
  throw invalid(payload, `its codec is ${JSON.stringify(codec)}, expected ${formats.join(', ')}`)
}

/** The error of a payload that breaks a rule of the format. */
export function invalid(
  payload: Checkpoint,
  problem: string,
  tensor?: string,
  cause?: unknown
): DeltaError {
  const place = tensor === undefined ? '' : `tensor ${JSON.stringify(tensor)}: `
  return new DeltaError(
    'DELTA_INVALID',
    `${payload.name} is not a valid delta: ${place}${problem}`,
    {
      cause,
      details: { payload: payload.name, problem, ...(tensor === undefined ? {} : { tensor }) }
    }
  )
}

/**
 * Refuses two checkpoints whose tensors differ in name, dtype or shape.
 *
 * @throws {DeltaError} `DELTA_MISMATCH`
 */
export function requireSameTensors(
  base: Checkpoint,
  other: Checkpoint,
  tensors: Parameters<typeof firstDifference>[1]
): void {
  const difference = firstDifference(base.tensors, tensors)
  if (difference === undefined) return
  const { tensor, problem } = difference
  throw new DeltaError(
    'DELTA_MISMATCH',
    `${other.name} doesn't fit its base ${base.name}: tensor ${JSON.stringify(tensor)} ${problem}`,
    { details: { base: base.name, expert: other.name, tensor, problem } }
  )
}

function parseList(payload: Checkpoint, key: string): unknown[] {
  const text = payload.metadata.get(key) ?? ''
  if (hasMoreValues(text, MAX_LIST_VALUES)) {
    throw invalid(payload, `its ${key} holds more than ${MAX_LIST_VALUES} values`)
  }
  try {
    const list: unknown = JSON.parse(text)
    if (Array.isArray(list)) return list
  } catch (error) {
    throw invalid(payload, `its ${key} is not JSON`, undefined, error)
  }
  throw invalid(payload, `its ${key} is not a list`)
}

/** Counts what stands before a value of JSON, outside strings: commas, brackets, braces. */
function hasMoreValues(text: string, max: number): boolean {
  let count = 0
  let isString = false
  for (let i = 0; i < text.length && count <= max; i++) {
    const mark = text[i]
    if (mark === '"') isString = !isString
    else if (isString && mark === '\\') i++
    else if (!isString && (mark === ',' || mark === '[' || mark === '{')) count++
  }
  return count > max
}

function parseTensor(payload: Checkpoint, item: unknown): TensorDescription {
  if (Array.isArray(item) && item.length === 4) {
    const [name, dtype, shape, sha256] = item as unknown[]
    if (
      typeof name === 'string' &&
      typeof dtype === 'string' &&
      isShape(shape) &&
      typeof sha256 === 'string' &&
      SHA256_HEX.test(sha256)
    ) {
      return { name, dtype, shape, sha256 }
    }
  }
  throw invalid(payload, 'an entry of its soup.tensors is not [name, dtype, shape, sha256]')
}

function isShape(shape: unknown): shape is number[] {
  return (
    Array.isArray(shape) &&
    shape.length <= MAX_RANK &&
    shape.every(length => Number.isSafeInteger(length) && length >= 0) &&
    elementCount(shape) !== undefined
  )
}

function parsePair(payload: Checkpoint, item: unknown): [string, string] {
  if (Array.isArray(item) && item.length === 2) {
    const [key, value] = item as unknown[]
    if (typeof key === 'string' && typeof value === 'string') return [key, value]
  }
  throw invalid(payload, 'an entry of its soup.metadata is not [key, value]')
}
