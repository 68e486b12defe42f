import { isMap } from './canonical.ts'
import { asCid } from './cid.ts'
import { excerpt, textFault } from './text.ts'

/** A field that breaks its rule: where, what was expected, what came. */
export class FieldError extends Error {
  override readonly name: string = 'FieldError'
  /** Path of the field: `payload.bytes`, `tensors[3].dtype`. */
  readonly field: string
  /** The rule, in words. */
  readonly expected: string
  /** The value, shortened. */
  readonly got: string

  /**
   * @param field path of the field
   * @param expected the rule, in words
   * @param got the value as it came
   */
  constructor(field: string, expected: string, got: unknown) {
    const shown = excerpt(got)
    super(`${field === '' ? '' : `${field}: `}expected ${expected}, got ${shown}`)
    this.field = field
    this.expected = expected
    this.got = shown
  }
}

/** Checks and converts a value in both directions between the typed form and the IPLD data model. */
export interface Codec<T> {
  /** From the typed form, which nobody has checked yet. @throws {FieldError} */
  encode(value: unknown, at: string): unknown
  /** From the data model, which nobody has checked yet. @throws {FieldError} */
  decode(value: unknown, at: string): T
  /** Whether the field may be missing from its map. */
  readonly isOptional?: true
}

/** A value that is the same in both forms. */
function same<T>(expected: string, isValid: (value: unknown) => boolean): Codec<T> {
  const check = (value: unknown, at: string): T => {
    if (!isValid(value)) {
      throw new FieldError(at, expected, value)
    }
    return value as T
  }
  return { encode: check, decode: check }
}

/** Exactly this value. */
export function literal<T extends string | number | boolean>(wanted: T): Codec<T> {
  return same(JSON.stringify(wanted), value => value === wanted)
}

/** An integer from 0 to `max`. */
export function count(max: number = Number.MAX_SAFE_INTEGER): Codec<number> {
  return same(
    `an integer from 0 to ${max}`,
    value =>
      Number.isSafeInteger(value) &&
      !Object.is(value, -0) &&
      Number(value) >= 0 &&
      Number(value) <= max
  )
}

/** Any finite number but −0, which has no canonical form. */
export const finite: Codec<number> = same(
  'a finite number (0 rather than -0)',
  value => Number.isFinite(value) && !Object.is(value, -0)
)

/** A finite number but −0 within a range, `range` in words. */
export function finiteWithin(range: string, isWithin: (value: number) => boolean): Codec<number> {
  return same(
    `a finite number ${range} (0 rather than -0)`,
    value => Number.isFinite(value) && !Object.is(value, -0) && isWithin(Number(value))
  )
}

/** A string of one form, `what` in words. */
export function pattern(what: string, form: RegExp): Codec<string> {
  return same(what, value => typeof value === 'string' && form.test(value))
}

/** Text for people, not empty. */
export function text(maxBytes: number, isMultiline = false): Codec<string> {
  const check = (value: unknown, at: string): string => {
    const isText = typeof value === 'string' && value !== ''
    const expected = isText ? textFault(value, maxBytes, isMultiline) : 'text that is not empty'
    if (expected !== undefined) {
      throw new FieldError(at, expected, value)
    }
    return value as string
  }
  return { encode: check, decode: check }
}

/** An id: a base32 string in the typed form, a link in the data model. */
export function link(what: string, multicodecs: readonly number[]): Codec<string> {
  const check = (value: unknown, at: string) => {
    const cid = asCid(value, multicodecs)
    if (cid === undefined) {
      throw new FieldError(at, what, value)
    }
    return cid
  }
  return {
    encode: (value, at) => check(typeof value === 'string' ? value : undefined, at),
    decode: (value, at) => check(typeof value === 'string' ? undefined : value, at).toString()
  }
}

/** A SHA-256: lower-case hex in the typed form, 32 bytes in the data model. */
export const sha256: Codec<string> = {
  encode(value, at) {
    if (typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value)) {
      throw new FieldError(at, 'a SHA-256 as 64 lower-case hex digits', value)
    }
    return new Uint8Array(Buffer.from(value, 'hex'))
  },
  decode(value, at) {
    if (!(value instanceof Uint8Array) || value.length !== 32) {
      throw new FieldError(at, 'a SHA-256 of 32 bytes', value)
    }
    return Buffer.from(value.buffer, value.byteOffset, value.length).toString('hex')
  }
}

/** A list of `min` to `max` items. */
export function list<T>(item: Codec<T>, max: number, min = 0): Codec<T[]> {
  const check = (value: unknown, at: string): unknown[] => {
    if (!Array.isArray(value) || value.length < min || value.length > max) {
      throw new FieldError(at, `a list of ${min} to ${max} items`, value)
    }
    return value
  }
  return {
    encode: (value, at) => check(value, at).map((v, i) => located(item.encode, v, at, i)),
    decode: (value, at) => check(value, at).map((v, i) => located(item.decode, v, at, i))
  }
}

/** Writes down where an item stands only once it breaks its rule: a list from a stranger may have 30,000. */
function located<T>(
  convert: (value: unknown, at: string) => T,
  value: unknown,
  at: string,
  index: number
): T {
  try {
    return convert(value, '')
  } catch {
    return convert(value, `${at}[${index}]`)
  }
}

/** Names to values, at most `max` of them. */
export function dictionary<T>(
  name: Codec<string>,
  value: Codec<T>,
  max: number
): Codec<{ [k: string]: T }> {
  const each = (
    map: unknown,
    at: string,
    convert: (v: unknown, at: string) => unknown
  ): unknown => {
    if (!isMap(map) || Object.keys(map).length > max) {
      throw new FieldError(at, `a map of at most ${max} entries`, map)
    }
    return Object.fromEntries(
      Object.entries(map).map(([k, v]) => {
        name.encode(k, `a name in ${at}`)
        return [k, convert(v, `${at}.${k}`)]
      })
    )
  }
  return {
    encode: (map, at) => each(map, at, value.encode),
    decode: (map, at) => each(map, at, value.decode) as { [k: string]: T }
  }
}

/** Marks a field as one that may be missing. */
export function optional<T>(codec: Codec<T>): Codec<T> {
  return { ...codec, isOptional: true }
}

/** A codec that is looked up when it is used, for a form that holds itself. */
export function lazy<T>(codec: () => Codec<T>): Codec<T> {
  return {
    encode: (value, at) => codec().encode(value, at),
    decode: (value, at) => codec().decode(value, at)
  }
}

/** A codec with one more rule over the decoded value: `check` returns what was expected where it fails. */
export function refine<T>(codec: Codec<T>, check: (value: T) => string | undefined): Codec<T> {
  return {
    ...codec,
    decode(value, at) {
      const decoded = codec.decode(value, at)
      const expected = check(decoded)
      if (expected !== undefined) {
        throw new FieldError(at, expected, value)
      }
      return decoded
    }
  }
}

/** A map of known fields. Decoding passes over fields of the future; encoding refuses misspelt ones. */
export function struct<T>(fields: { [K in keyof T]-?: Codec<Exclude<T[K], undefined>> }): Codec<T> {
  const known = Object.entries<Codec<unknown>>(fields)
  const convert = (
    map: unknown,
    at: string,
    direction: 'encode' | 'decode'
  ): Record<string, unknown> => {
    if (!isMap(map)) {
      throw new FieldError(at, 'a map', map)
    }
    const present = known.filter(([key, codec]) => {
      const isThere = Object.hasOwn(map, key) && map[key] !== undefined
      return isThere || codec.isOptional !== true
    })
    return Object.fromEntries(
      present.map(([key, codec]) => [
        key,
        codec[direction](map[key], at === '' ? key : `${at}.${key}`)
      ])
    )
  }
  return {
    encode(map, at) {
      const encoded = convert(map, at, 'encode')
      const surplus = Object.keys(map as object).find(key => !Object.hasOwn(fields, key))
      if (surplus !== undefined) {
        throw new FieldError(
          at === '' ? surplus.slice(0, 60) : at,
          'no field of this name',
          surplus
        )
      }
      return encoded
    },
    decode: (map, at) => convert(map, at, 'decode') as T
  }
}
