import { join } from 'node:path'
import { chunkFiles } from './chunk-files.ts'
import { fileError } from './files.ts'
import { levelKeyValue } from './level-key-value.ts'
import { makeFolder } from './make-folder.ts'
import { keptPayloads } from './payloads.ts'
import { keptRecords } from './records.ts'
import { keptState } from './state.ts'
import type { Store } from './store.ts'

/** What a store on disk needs. */
export interface LevelStoreComponents {
  /** Folder of the store; made at start. One process at a time can use it. */
  path: string
}

/**
 * A store on disk: records and state in the level database `db`, chunks as files in `chunks`.
 *
 * Starting fails with STORE_LOCKED where another process uses the folder, STORE_CORRUPT where the
 * database is damaged, STORE_FULL or STORE_FAILED where the disk is the matter. It can be stopped twice,
 * and started again.
 */
export function levelStore({ path }: LevelStoreComponents): Store {
  const chunksPath = join(path, 'chunks')
  const db = levelKeyValue(join(path, 'db'), path)
  const chunks = chunkFiles(chunksPath)
  return {
    records: keptRecords(db),
    state: keptState(db),
    chunks,
    payloads: keptPayloads(chunks, chunksPath),
    async start() {
      await makeFolder(path).catch(cause => {
        throw fileError(cause, path)
      })
      await db.open()
      try {
        await chunks.prepare()
      } catch (cause) {
        await db.close()
        throw fileError(cause, chunksPath)
      }
    },
    stop: () => db.close()
  }
}
