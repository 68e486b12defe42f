import type { AbortOptions } from '@soup/interface'
import type { JsonValue } from '@soup/manifest'
import { StoreError } from './errors.ts'
import { type KeyValue, startingWith } from './key-value.ts'
import type { StateStore } from './store.ts'

/** Longest key, in UTF-16 units: keys are ids, addresses and names. */
const MAX_KEY_LENGTH = 1024

/** Small values in an ordered map, as JSON under `s!NAMESPACE!KEY`. */
export function keptState(db: KeyValue): StateStore {
  const at = (namespace: string, key: string, options: AbortOptions = {}): string => {
    options.signal?.throwIfAborted()
    if (key.length > MAX_KEY_LENGTH || !key.isWellFormed()) {
      throw new TypeError(`A key is well-formed and has at most ${MAX_KEY_LENGTH} characters`)
    }
    return prefixOf(namespace) + key
  }
  return {
    async get(namespace, key, options) {
      const value = await db.get(at(namespace, key, options))
      return value && decode(value, namespace, key)
    },
    async put(namespace, key, value, options) {
      await db.write([[at(namespace, key, options), Buffer.from(JSON.stringify(value))]])
    },
    async delete(namespace, key, options) {
      await db.write([[at(namespace, key, options), undefined]])
    },
    async *list(namespace, options = {}) {
      const prefix = prefixOf(namespace)
      for await (const [key, value] of db.entries(startingWith(prefix))) {
        options.signal?.throwIfAborted()
        const name = key.slice(prefix.length)
        yield [name, decode(value, namespace, name)]
      }
    }
  }
}

function prefixOf(namespace: string): string {
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(namespace)) {
    throw new TypeError(`Not a namespace: ${JSON.stringify(namespace.slice(0, 64))}`)
  }
  return `s!${namespace}!`
}

function decode(value: Uint8Array, namespace: string, key: string): JsonValue {
  try {
    return JSON.parse(Buffer.from(value).toString()) as JsonValue
  } catch (cause) {
    throw new StoreError(
      'STORE_CORRUPT',
      `The value ${namespace}/${key} in the store is damaged: set it again`,
      { details: { namespace, key }, cause }
    )
  }
}
