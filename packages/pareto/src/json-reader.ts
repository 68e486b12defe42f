import { cleanText, isCleanLine } from './clean-text.ts'
import { ParetoError } from './errors.ts'
import { MAX_MAGNITUDE, MAX_TEXT_LENGTH } from './limits.ts'

/** Reads values out of parsed JSON that nobody vouches for; every complaint names the JSON path. */
export class JsonReader {
  readonly #value: unknown
  readonly #path: string

  /**
   * @param value anything
   * @param path where it stands, '' for the whole document
   */
  constructor(value: unknown, path: string) {
    this.#value = value
    this.#path = path
  }

  /** The value of a field that must be there. */
  field(name: string): JsonReader {
    return this.optional(name) ?? this.#missing(name)
  }

  /** The value of a field, or undefined where it is absent. */
  optional(name: string): JsonReader | undefined {
    const value = this.#value
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.error('an object')
    }
    const own = Object.getOwnPropertyDescriptor(value, name)?.value
    if (own === undefined) return undefined
    return new JsonReader(own, this.#path === '' ? name : `${this.#path}.${name}`)
  }

  /** The items of an array with `min` to `max` items. */
  items(min: number, max: number): JsonReader[] {
    const value = this.#value
    if (!Array.isArray(value)) throw this.error('an array')
    if (value.length < min || value.length > max) {
      const count = min === max ? `${min}` : `${min} to ${max}`
      throw invalidFront(this.#path, `${count} items`, `${value.length}`)
    }
    return value.map((item, index) => new JsonReader(item, `${this.#path}[${index}]`))
  }

  /** A text of 1 to {@link MAX_TEXT_LENGTH} characters that is safe to show, on one line. */
  text(): string {
    const value = this.#value
    if (typeof value !== 'string') throw this.error('a text')
    if (value.length < 1 || value.length > MAX_TEXT_LENGTH) {
      throw invalidFront(this.#path, `1 to ${MAX_TEXT_LENGTH} characters`, `${value.length}`)
    }
    if (!isCleanLine(value)) throw this.error('a text without control characters')
    return value
  }

  /** A number between −`limit` and `limit`. */
  number(limit: number = MAX_MAGNITUDE): number {
    const value = this.#value
    if (typeof value !== 'number' || !(Math.abs(value) <= limit)) {
      throw this.error(limit < Number.POSITIVE_INFINITY ? `a number up to ±${limit}` : 'a number')
    }
    return value
  }

  /** Tells whether the value is null. */
  isNull(): boolean {
    return this.#value === null
  }

  /** The complaint that something else was expected here. */
  error(expected: string): ParetoError {
    return invalidFront(this.#path, expected, describe(this.#value))
  }

  #missing(name: string): never {
    throw invalidFront(this.#path === '' ? name : `${this.#path}.${name}`, 'a value', 'nothing')
  }
}

/** A `FRONT_INVALID` error that names the JSON path. */
export function invalidFront(
  path: string,
  expected: string,
  got: string,
  cause?: unknown
): ParetoError {
  const place = path === '' ? 'the document' : path
  return new ParetoError('FRONT_INVALID', `front: ${place} must be ${expected}, got ${got}`, {
    details: { path },
    cause
  })
}

/** A short word for a value, which may be long or hostile. */
function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cleanText(value.slice(0, 40)))
  if (Array.isArray(value)) return `an array of ${value.length}`
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
