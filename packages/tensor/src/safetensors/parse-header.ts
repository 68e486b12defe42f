import { TensorError } from '../errors.ts'
import { MAX_METADATA_ENTRIES, MAX_NAME_BYTES, MAX_RANK, MAX_TENSORS } from '../limits.ts'
import { JsonScanner } from './json-scanner.ts'

/** One entry of a safetensors header, as it is written: nothing about it has been compared yet. */
export interface HeaderEntry {
  name: string
  dtype: string
  shape: number[]
  /** First byte and the byte after the last, relative to the end of the header. */
  offsets: [begin: number, end: number]
}

/** A parsed safetensors header. */
export interface Header {
  metadata: Map<string, string>
  entries: HeaderEntry[]
}

/** The error of a file that breaks a rule of the format. */
export function invalid(file: string, problem: string, tensor?: string): TensorError {
  const place = tensor === undefined ? '' : `tensor ${JSON.stringify(tensor)}: `
  return new TensorError(
    'SAFETENSORS_INVALID',
    `${file} is not a valid safetensors file: ${place}${problem}`,
    { details: tensor === undefined ? { file, problem } : { file, problem, tensor } }
  )
}

/**
 * Parses the JSON of a safetensors header, and only that: the grammar has a fixed depth and no field
 * but the format's.
 *
 * @param file what to call the file in an error
 * @param json the header's text, with its padding
 * @throws {TensorError} `SAFETENSORS_INVALID`
 */
export function parseHeader(file: string, json: string): Header {
  const scanner = new JsonScanner(json, 'its header', problem => invalid(file, problem))
  const metadata = new Map<string, string>()
  const names = new Set<string>()
  const entries: HeaderEntry[] = []
  if (!json.startsWith('{')) throw invalid(file, 'its header must start with {')
  scanner.fields(name => {
    if (names.has(name)) throw invalid(file, 'it is listed twice', name)
    names.add(name)
    if (name === '__metadata__') readMetadata(scanner, metadata)
    else entries.push(readEntry(scanner, name))
    if (entries.length > MAX_TENSORS) throw invalid(file, `more than ${MAX_TENSORS} tensors`)
  })
  scanner.end()
  return { metadata, entries }
}

function readMetadata(scanner: JsonScanner, metadata: Map<string, string>): void {
  scanner.fields(key => {
    if (metadata.has(key))
      throw scanner.error(`key ${JSON.stringify(key)} of __metadata__ comes twice`)
    metadata.set(key, scanner.string())
    if (metadata.size > MAX_METADATA_ENTRIES)
      throw scanner.error(`more than ${MAX_METADATA_ENTRIES} entries in __metadata__`)
  })
}

function readEntry(scanner: JsonScanner, name: string): HeaderEntry {
  checkName(scanner, name)
  let dtype: string | undefined
  let shape: number[] | undefined
  let offsets: number[] | undefined
  scanner.fields(key => {
    if (key === 'dtype' && dtype === undefined) dtype = scanner.string()
    else if (key === 'shape' && shape === undefined) shape = scanner.integers(MAX_RANK)
    else if (key === 'data_offsets' && offsets === undefined) offsets = scanner.integers(2)
    else
      throw scanner.error(
        `tensor ${JSON.stringify(name)}: field ${JSON.stringify(key)} is unknown or comes twice`
      )
  })
  const [begin, end] = offsets ?? []
  if (dtype === undefined || shape === undefined || begin === undefined || end === undefined) {
    throw scanner.error(`tensor ${JSON.stringify(name)}: needs dtype, shape and two data_offsets`)
  }
  return { name, dtype, shape, offsets: [begin, end] }
}

/** Refuses names of tensors that no model has and that could do harm in a terminal or a log. */
export function checkName(scanner: JsonScanner, name: string): void {
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
    throw scanner.error(`a tensor's name has more than ${MAX_NAME_BYTES} bytes`)
  }
  if (/\p{Cc}/u.test(name))
    throw scanner.error(`tensor ${JSON.stringify(name)}: control character in its name`)
}
