import { TensorError } from '../errors.ts'
import { MAX_METADATA_ENTRIES, MAX_NAME_BYTES, MAX_RANK, MAX_TENSORS } from '../limits.ts'

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
 * but the format's, so that nesting, duplicate keys and huge numbers can't get past it, as they can
 * past `JSON.parse`.
 *
 * @param file what to call the file in an error
 * @param json the header's text, with its padding
 * @throws {TensorError} `SAFETENSORS_INVALID`
 */
export function parseHeader(file: string, json: string): Header {
  const scanner = new Scanner(file, json)
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

function readMetadata(scanner: Scanner, metadata: Map<string, string>): void {
  scanner.fields(key => {
    if (metadata.has(key))
      throw scanner.error(`key ${JSON.stringify(key)} of __metadata__ comes twice`)
    metadata.set(key, scanner.string())
    if (metadata.size > MAX_METADATA_ENTRIES)
      throw scanner.error(`more than ${MAX_METADATA_ENTRIES} entries in __metadata__`)
  })
}

function readEntry(scanner: Scanner, name: string): HeaderEntry {
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

/** Refuses names that no model has and that could do harm in a terminal or a log. */
function checkName(scanner: Scanner, name: string): void {
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
    throw scanner.error(`a tensor's name has more than ${MAX_NAME_BYTES} bytes`)
  }
  if (/\p{Cc}/u.test(name))
    throw scanner.error(`tensor ${JSON.stringify(name)}: control character in its name`)
}

/** Reads the few JSON values that a header may hold, one after another. */
class Scanner {
  readonly #file: string
  readonly #text: string
  #at = 0

  constructor(file: string, text: string) {
    this.#file = file
    this.#text = text
  }

  error(problem: string): TensorError {
    return invalid(this.#file, problem)
  }

  /** Reads `{ key: value, ... }`; `readValue` consumes each value. */
  fields(readValue: (key: string) => void): void {
    this.#expect('{')
    if (this.#skip('}')) return
    do {
      const key = this.string()
      this.#expect(':')
      readValue(key)
    } while (this.#skip(','))
    this.#expect('}')
  }

  /** Reads `[n, ...]` of at most `max` whole numbers. */
  integers(max: number): number[] {
    const list: number[] = []
    this.#expect('[')
    if (this.#skip(']')) return list
    do {
      if (list.length === max)
        throw this.error(`a list of more than ${max} numbers ${this.#place()}`)
      list.push(this.#integer())
    } while (this.#skip(','))
    this.#expect(']')
    return list
  }

  string(): string {
    this.#space()
    const start = this.#at
    if (this.#text[start] !== '"') throw this.error(`expected a string ${this.#place()}`)
    for (let i = start + 1; i < this.#text.length; i++) {
      if (this.#text[i] === '\\') i++
      else if (this.#text[i] === '"') {
        this.#at = i + 1
        return this.#unquote(this.#text.slice(start, i + 1))
      }
    }
    throw this.error(`a string ${this.#place()} doesn't end`)
  }

  /** Allows nothing more but padding: spaces by the format, any white space by its reference reader. */
  end(): void {
    this.#space()
    if (this.#at < this.#text.length) throw this.error(`only spaces may follow ${this.#place()}`)
  }

  /** Leaves escapes to JSON.parse, which also makes a string that doesn't keep the header in memory. */
  #unquote(quoted: string): string {
    try {
      const text = JSON.parse(quoted) as string
      if (text.isWellFormed()) return text
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
    throw this.error(`a string that isn't valid JSON ends ${this.#place()}`)
  }

  #integer(): number {
    this.#space()
    const digits = /(?:0|[1-9][0-9]{0,15})(?![0-9.eE+-])/y
    digits.lastIndex = this.#at
    const value = Number(digits.exec(this.#text)?.[0])
    if (!Number.isSafeInteger(value))
      throw this.error(`expected a whole number below 2^53 ${this.#place()}`)
    this.#at = digits.lastIndex
    return value
  }

  #expect(mark: string): void {
    if (!this.#skip(mark)) throw this.error(`expected ${mark} ${this.#place()}`)
  }

  #skip(mark: string): boolean {
    this.#space()
    if (this.#text[this.#at] !== mark) return false
    this.#at++
    return true
  }

  #space(): void {
    while (' \n\r\t'.includes(this.#text[this.#at] ?? '.')) this.#at++
  }

  #place(): string {
    return `at character ${this.#at} of its header`
  }
}
