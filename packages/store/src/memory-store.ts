import { memoryChunks } from './chunk-box.ts'
import { memoryKeyValue } from './key-value.ts'
import { MAX_CHUNK_FILE_BYTES } from './limits.ts'
import { keptPayloads } from './payloads.ts'
import { keptRecords } from './records.ts'
import { keptState } from './state.ts'
import type { Store } from './store.ts'

/** A store that lasts as long as the process: for tests, and for peers that keep nothing. */
export function memoryStore(): Store {
  const db = memoryKeyValue()
  const chunks = memoryChunks(MAX_CHUNK_FILE_BYTES)
  return {
    records: keptRecords(db),
    state: keptState(db),
    chunks,
    payloads: keptPayloads(chunks, chunks.map),
    async start() {},
    async stop() {}
  }
}
