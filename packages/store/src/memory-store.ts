import type { Store } from './store.ts'

/** A store in memory. */
export function memoryStore(): Store {
  throw new Error('in the making')
}
