/** Keys from `gte` (included) to `lt` (left out), in the order of their UTF-8 bytes. */
export interface KeyRange {
  gte: string
  lt: string
  /** Most keys to visit. */
  limit?: number
}

/** One change: a value to keep, or undefined to forget the key. */
export type Change = [key: string, value: Uint8Array | undefined]

/** An ordered map from strings to bytes, below records and state. */
export interface KeyValue {
  /** @returns the value, or undefined when there is none */
  get(key: string): Promise<Uint8Array | undefined>
  /** Makes all changes durable, or none. */
  write(changes: readonly Change[]): Promise<void>
  /** Visits the entries of a range as they were when the visit began. */
  entries(range: KeyRange): AsyncIterable<[key: string, value: Uint8Array]>
}

/**
 * The range of all keys that begin with `prefix`.
 *
 * @param prefix ASCII
 */
export function startingWith(prefix: string): KeyRange {
  return { gte: prefix, lt: `${prefix}\u{10ffff}` }
}

/** An ordered map that lasts as long as the process. */
export function memoryKeyValue(): KeyValue {
  const map = new Map<string, Uint8Array>()
  return {
    get: async key => map.get(key)?.slice(),
    async write(changes) {
      for (const [key, value] of changes) {
        if (value === undefined) {
          map.delete(key)
        } else {
          map.set(key, value.slice())
        }
      }
    },
    async *entries({ gte, lt, limit }) {
      const inRange = [...map]
        .filter(([key]) => compare(key, gte) >= 0 && compare(key, lt) < 0)
        .sort(([a], [b]) => compare(a, b))
      for (const [key, value] of inRange.slice(0, limit)) {
        yield [key, value.slice()]
      }
    }
  }
}

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
