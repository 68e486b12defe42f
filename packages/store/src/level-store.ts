import type { Store } from './store.ts'

/** What a store on disk needs. */
export interface LevelStoreComponents {
  /** Folder of the store; made at start. One process at a time. */
  path: string
}
export function levelStore(_components: LevelStoreComponents): Store {
  throw new Error('in the making')
}
