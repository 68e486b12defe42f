import { CID } from 'multiformats/cid'
import { isMap } from './canonical.ts'
import { type Codec, FieldError } from './codecs.ts'
import { MAX_DESCRIPTION_BYTES, MAX_NAME_BYTES, MAX_RECORD_DEPTH } from './limits.ts'
import type { JsonValue } from './records.ts'
import { textFault } from './text.ts'

/** A map of plain JSON values: what others report in a form of their own. */
export function json(maxItems: number): Codec<{ readonly [key: string]: JsonValue }> {
  const check = (value: unknown, at: string): { readonly [key: string]: JsonValue } => {
    let items = 0
    const visit = (item: unknown, where: string, depth: number): void => {
      items += 1
      if (items > maxItems || depth > MAX_RECORD_DEPTH) {
        throw new FieldError(
          at,
          `at most ${maxItems} values, nested ${MAX_RECORD_DEPTH} deep`,
          value
        )
      }
      if (!isScalar(item)) {
        for (const [key, child] of children(item, where)) {
          visit(child, `${where}.${key}`, depth + 1)
        }
      }
    }
    if (!isMap(value)) {
      throw new FieldError(at, 'a map', value)
    }
    visit(value, at, 0)
    return value as { readonly [key: string]: JsonValue }
  }
  return { encode: check, decode: check }
}

function isScalar(value: unknown): boolean {
  if (typeof value === 'string') {
    return textFault(value, MAX_DESCRIPTION_BYTES, true) === undefined
  }
  return (
    value === null ||
    typeof value === 'boolean' ||
    (Number.isFinite(value) && !Object.is(value, -0))
  )
}

function children(value: unknown, at: string): [string, unknown][] {
  if (!Array.isArray(value) && !isMap(value)) {
    throw new FieldError(at, 'a plain JSON value', value)
  }
  const entries = Object.entries(value)
  const wrong = entries.find(([key]) => key === '__proto__' || textFault(key, MAX_NAME_BYTES))
  if (wrong) {
    throw new FieldError(at, `names of at most ${MAX_NAME_BYTES} printable bytes`, wrong[0])
  }
  return entries
}

/**
 * Shows any decoded record as plain JSON in the DAG-JSON notation.
 *
 * @param value what `decodeCanonical` returned
 */
export function dagJson(value: unknown): JsonValue {
  const cid = CID.asCID(value)
  if (cid !== null) {
    return { '/': cid.toString() }
  }
  if (value instanceof Uint8Array) {
    return { '/': { bytes: Buffer.from(value).toString('base64').replace(/=+$/, '') } }
  }
  if (Array.isArray(value)) {
    return value.map(dagJson)
  }
  return isMap(value) ? dagJsonMap(value) : (value as JsonValue)
}

/** Like {@link dagJson}, of a map's values. */
export function dagJsonMap(map: Record<string, unknown>): { readonly [key: string]: JsonValue } {
  return Object.fromEntries(Object.entries(map).map(([key, item]) => [key, dagJson(item)]))
}
