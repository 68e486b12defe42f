import type { ByteSource } from '@soup/interface'
import {
  CHUNK_SIZE_BYTES,
  leafPath,
  leafSizeBytes,
  type PayloadLink,
  parseNode,
  readLinks,
  treeDepth
} from '@soup/manifest'
import { StoreError } from './errors.ts'
import { MAX_CACHED_CHUNKS } from './limits.ts'

/** Gets a chunk or an inner node, verified against its CID, or undefined where it is not kept. */
export type ReadChunk = (cid: string) => Promise<Uint8Array | undefined>

/** Where a payload's bytes come from, and who hears of missing ones. */
export interface PayloadSourceComponents {
  readChunk: ReadChunk
  /** Called when a read meets a missing or damaged chunk. */
  onMissing?: ((root: string) => Promise<void>) | undefined
}

/**
 * Finds out how large a kept payload is.
 *
 * @returns undefined where its root is not kept
 */
export async function payloadSize(root: string, readChunk: ReadChunk): Promise<number | undefined> {
  const bytes = await readChunk(root)
  if (bytes === undefined) {
    return undefined
  }
  return isRaw(root) ? bytes.length : parseNode(bytes).sizeBytes
}

/** Whether a chunk's name says that it holds bytes of a payload, not links: `bafkrei` is raw, `bafybei` dag-pb. */
function isRaw(cid: string): boolean {
  return cid.startsWith('bafkrei')
}

/** A payload as one run of bytes, in memory only a few chunks at a time. */
export function payloadSource(
  root: string,
  sizeBytes: number,
  components: PayloadSourceComponents
): ByteSource {
  const leaves = leafReader(root, sizeBytes, components)
  return {
    name: `payload ${root}`,
    sizeBytes,
    async read(offset, length, options = {}) {
      if (!isWithin(offset, length, sizeBytes)) {
        throw new RangeError(
          `payload ${root} has no bytes ${offset} to ${offset + length} of ${sizeBytes}`
        )
      }
      const result = new Uint8Array(length)
      for (let done = 0; done < length; ) {
        options.signal?.throwIfAborted()
        const at = offset + done
        const chunk = await leaves.read(Math.floor(at / CHUNK_SIZE_BYTES))
        const part = chunk.subarray(at % CHUNK_SIZE_BYTES).subarray(0, length - done)
        result.set(part, done)
        done += part.length
      }
      return result
    },
    async close() {
      leaves.forget()
    }
  }
}

function isWithin(offset: number, length: number, sizeBytes: number): boolean {
  return (
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(length) &&
    offset >= 0 &&
    length >= 0 &&
    offset + length <= sizeBytes
  )
}

/** Reads chunks by their index, keeping the last few and one inner node per level. */
function leafReader(root: string, sizeBytes: number, components: PayloadSourceComponents) {
  const depth = treeDepth(sizeBytes)
  const chunks = recent<number, Uint8Array>(MAX_CACHED_CHUNKS)
  const nodes = recent<string, PayloadLink[]>(depth)

  const get = async (link: PayloadLink): Promise<Uint8Array> => {
    const bytes = await components.readChunk(link.cid)
    if (bytes === undefined) {
      await components.onMissing?.(root)
      throw missingChunk(root, link.cid)
    }
    return bytes
  }
  const find = async (index: number): Promise<PayloadLink> => {
    let link = { cid: root, sizeBytes }
    for (const [level, child] of leafPath(sizeBytes, index).entries()) {
      const parent = link
      const links = await nodes(parent.cid, () =>
        readLinks(parent, depth - level, () => get(parent))
      )
      link = links[child]!
    }
    return link
  }
  return {
    read: (index: number): Promise<Uint8Array> =>
      chunks(index, async () => {
        const link = await find(index)
        const bytes = await get(link)
        if (bytes.length !== leafSizeBytes(sizeBytes, index)) {
          throw missingChunk(root, link.cid)
        }
        return bytes
      }),
    forget(): void {
      chunks.clear()
      nodes.clear()
    }
  }
}

function missingChunk(root: string, cid: string): StoreError {
  return new StoreError(
    'PAYLOAD_INCOMPLETE',
    `Chunk ${cid} of payload ${root} is missing or damaged: pull the expert or base again that it belongs to`,
    { details: { root, cid } }
  )
}

/** Remembers the values of the keys used last; failures are not remembered. */
function recent<K, V>(size: number) {
  const kept = new Map<K, Promise<V>>()
  const use = (key: K, load: () => Promise<V>): Promise<V> => {
    const value = kept.get(key) ?? load()
    kept.delete(key)
    kept.set(key, value)
    if (kept.size > size) {
      kept.delete(kept.keys().next().value!)
    }
    value.catch(() => kept.delete(key))
    return value
  }
  return Object.assign(use, { clear: () => kept.clear() })
}
