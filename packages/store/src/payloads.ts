import type { AbortOptions, ByteSource, ProgressOptions } from '@soup/interface'
import {
  CHUNK_SIZE_BYTES,
  chunkCid,
  leafCount,
  leafSizeBytes,
  ManifestError,
  type PayloadLink,
  payloadTree
} from '@soup/manifest'
import type { ChunkBox } from './chunk-box.ts'
import { StoreError } from './errors.ts'
import { MAX_ADD_CONCURRENCY } from './limits.ts'
import { keptBytes } from './payload-census.ts'
import { payloadSize, payloadSource } from './payload-source.ts'
import type { LocatedPayload, Payloads, StoredPayload } from './store.ts'

/**
 * Payloads on top of chunks.
 *
 * @param chunks where they are kept
 * @param location what tells a worker thread where the chunks are
 */
export function keptPayloads(chunks: ChunkBox, location: LocatedPayload['chunks']): Payloads {
  const readChunk = (cid: string) => chunks.get(cid)
  const sizeOf = async (root: string, options: AbortOptions = {}): Promise<number | undefined> => {
    options.signal?.throwIfAborted()
    return (await chunks.marked(root)) ?? payloadSize(root, readChunk)
  }
  const complete = async (root: string, sizeBytes: number, options: AbortOptions = {}) => {
    const haveBytes = await keptBytes(root, sizeBytes, chunks, options)
    if (haveBytes !== sizeBytes) {
      await chunks.unmark(root)
      throw incomplete(root, sizeBytes, haveBytes ?? 0)
    }
    await chunks.mark(root, sizeBytes)
  }

  return {
    complete,
    async add(source, options = {}) {
      const stored = await addChunks(source, chunks, options)
      await complete(stored.root, stored.sizeBytes, options)
      return stored
    },
    async state(root, options = {}) {
      const marked = await chunks.marked(root, options)
      if (marked !== undefined) {
        return { sizeBytes: marked, isComplete: true, haveBytes: marked }
      }
      try {
        const sizeBytes = await sizeOf(root, options)
        if (sizeBytes === undefined) {
          return undefined
        }
        const haveBytes = (await keptBytes(root, sizeBytes, chunks, options)) ?? 0
        return { sizeBytes, isComplete: haveBytes === sizeBytes, haveBytes }
      } catch (error) {
        // A stranger's record can name any bytes as its root, and a pull keeps them before it looks.
        if (error instanceof ManifestError) return undefined
        throw error
      }
    },
    async source(root, options) {
      const sizeBytes = await sizeOf(root, options)
      return sizeBytes === undefined
        ? undefined
        : payloadSource(root, sizeBytes, { readChunk, onMissing: chunks.unmark })
    },
    async locate(root, options) {
      const sizeBytes = await sizeOf(root, options)
      return sizeBytes === undefined ? undefined : { root, sizeBytes, chunks: location }
    }
  }
}

/** Cuts a source into chunks and puts them with their inner nodes, a few at a time, in order. */
async function addChunks(
  source: ByteSource,
  chunks: ChunkBox,
  options: ProgressOptions
): Promise<StoredPayload> {
  const { sizeBytes } = source
  const count = leafCount(sizeBytes)
  const tree = payloadTree()
  const queue: Promise<PayloadLink>[] = []
  const report = (done: number) =>
    options.onProgress?.({ stage: 'store payload', done, total: sizeBytes, unit: 'bytes' })
  report(0)
  try {
    for (let index = 0, finished = 0; finished < count; ) {
      options.signal?.throwIfAborted()
      if (index < count && queue.length < MAX_ADD_CONCURRENCY) {
        queue.push(handled(addChunk(source, index++, chunks, options)))
        continue
      }
      for (const node of tree.addLeaf(await queue[0]!)) {
        await chunks.put(node.cid, node.bytes)
      }
      queue.splice(0, 1)
      finished += 1
      report(Math.min(sizeBytes, finished * CHUNK_SIZE_BYTES))
    }
  } finally {
    await Promise.allSettled(queue)
  }
  const { root, nodes } = tree.finish()
  for (const node of nodes) {
    await chunks.put(node.cid, node.bytes)
  }
  return { root, sizeBytes }
}

/** Keeps a promise that is awaited only later from counting as an unhandled rejection until then. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

async function addChunk(
  source: ByteSource,
  index: number,
  chunks: ChunkBox,
  options: AbortOptions
): Promise<PayloadLink> {
  const sizeBytes = leafSizeBytes(source.sizeBytes, index)
  const bytes = await source.read(index * CHUNK_SIZE_BYTES, sizeBytes, options)
  const cid = await chunkCid(bytes)
  await chunks.put(cid, bytes, options)
  return { cid, sizeBytes }
}

function incomplete(root: string, sizeBytes: number, haveBytes: number): StoreError {
  return new StoreError(
    'PAYLOAD_INCOMPLETE',
    `Payload ${root} is not complete: ${haveBytes} of ${sizeBytes} bytes are here; pull the expert or base again that it belongs to`,
    { details: { root, sizeBytes, haveBytes } }
  )
}
