import type { AbortOptions, RecordFilter, StoredRecord } from '@soup/interface'
import { StoreError } from './errors.ts'
import { type Change, type KeyRange, type KeyValue, startingWith } from './key-value.ts'
import { decodeRecordValue, encodeRecordValue } from './record-value.ts'
import type { Records } from './store.ts'

/** How many ids an ambiguous prefix names. */
const MAX_CANDIDATES = 10

const NOTHING = new Uint8Array()

/**
 * Records in an ordered map: `r!ID` holds the record; `k!KIND!ID`, `b!BASE!ID` and `c!BASE!KIND!ID`
 * find it, and are written with it or not at all.
 */
export function keptRecords(db: KeyValue): Records {
  const underWay = new Map<string, Promise<unknown>>()

  const put = async (record: StoredRecord): Promise<boolean> => {
    const value = encodeRecordValue(record)
    if ((await db.get(`r!${record.id}`)) !== undefined) {
      return false
    }
    await db.write([[`r!${record.id}`, value], ...indexEntries(record)])
    return true
  }
  const get = async (id: string, options: AbortOptions = {}): Promise<StoredRecord | undefined> => {
    options.signal?.throwIfAborted()
    const value = await db.get(`r!${id}`)
    return value && decodeRecordValue(id, value)
  }

  return {
    get,
    async put(record, options = {}) {
      options.signal?.throwIfAborted()
      const before = underWay.get(record.id)
      const mine = (before ?? Promise.resolve()).catch(() => {}).then(() => put(record))
      underWay.set(record.id, mine)
      try {
        return await mine
      } finally {
        if (underWay.get(record.id) === mine) {
          underWay.delete(record.id)
        }
      }
    },
    async *list(filter = {}, options = {}) {
      for await (const [key] of db.entries(indexRange(filter))) {
        const record = await get(key.slice(key.lastIndexOf('!') + 1), options)
        if (record) {
          yield record
        }
      }
    },
    resolve: (prefix, options) => resolve(db, 'r!', prefix, options),
    resolveBase: (prefix, options) => resolve(db, 'b!', prefix, options)
  }
}

function indexEntries({ id, kind, base }: StoredRecord): Change[] {
  const keys = [`k!${kind}!${id}`]
  if (base !== undefined) {
    keys.push(`b!${base}!${id}`, `c!${base}!${kind}!${id}`)
  }
  return keys.map(key => [key, NOTHING])
}

/** The index that lists what a filter asks for in the order of the ids. */
function indexRange({ kind, base }: RecordFilter): KeyRange {
  if (base !== undefined) {
    return startingWith(kind === undefined ? `b!${base}!` : `c!${base}!${kind}!`)
  }
  return startingWith(kind === undefined ? 'r!' : `k!${kind}!`)
}

/** Completes an id that is the first part of keys in one index, stepping over further entries of each. */
async function resolve(
  db: KeyValue,
  index: string,
  prefix: string,
  options: AbortOptions = {}
): Promise<string | undefined> {
  if (!/^[a-z0-9]+$/.test(prefix)) {
    return undefined
  }
  const range = startingWith(index + prefix)
  const found: string[] = []
  while (found.length <= MAX_CANDIDATES) {
    options.signal?.throwIfAborted()
    const [key] = await Array.fromAsync(db.entries({ ...range, limit: 1 }))
    if (key === undefined) {
      break
    }
    const id = key[0].slice(index.length).split('!')[0]!
    found.push(id)
    range.gte = startingWith(index + id).lt
  }
  return only(found, prefix)
}

function only(found: string[], prefix: string): string | undefined {
  if (found.length > 1) {
    const candidates = found.slice(0, MAX_CANDIDATES)
    const others = found.length > MAX_CANDIDATES ? ', and more' : ''
    throw new StoreError(
      'ID_AMBIGUOUS',
      `Several ids begin with ${prefix}: ${candidates.join(', ')}${others}; give more of it`,
      { details: { prefix, candidates } }
    )
  }
  return found[0]
}
