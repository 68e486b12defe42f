import type { ByteSource } from '@soup/interface'
import { chunkFiles } from './chunk-files.ts'
import { payloadSource, type ReadChunk } from './payload-source.ts'
import type { LocatedPayload } from './store.ts'

/**
 * Opens a payload that `locate` described, in any thread of any process.
 *
 * Every chunk is verified as it is read; a read that needs a missing or damaged one fails with
 * PAYLOAD_INCOMPLETE.
 */
export async function openLocatedPayload(located: LocatedPayload): Promise<ByteSource> {
  const { root, sizeBytes, chunks } = located
  const onDisk = typeof chunks === 'string' ? chunkFiles(chunks) : undefined
  const readChunk: ReadChunk = async cid =>
    typeof chunks === 'string' ? onDisk?.get(cid) : chunks.get(cid)
  return payloadSource(root, sizeBytes, { readChunk, onMissing: onDisk?.unmark })
}
