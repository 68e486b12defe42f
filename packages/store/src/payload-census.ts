import type { AbortOptions } from '@soup/interface'
import { type PayloadLink, readLinks, treeDepth } from '@soup/manifest'
import type { ChunkBox } from './chunk-box.ts'
import { MAX_LOOKUP_CONCURRENCY } from './limits.ts'

/**
 * Counts the bytes of a payload that are kept, looking at every chunk's size but reading only inner nodes.
 *
 * @returns undefined where not even the root is kept
 * @throws {ManifestError} PAYLOAD_NODE_INVALID when the payload is not of this size
 */
export async function keptBytes(
  root: string,
  sizeBytes: number,
  chunks: ChunkBox,
  options: AbortOptions = {}
): Promise<number | undefined> {
  if (!(await chunks.has(root, options))) {
    return undefined
  }
  return count({ cid: root, sizeBytes }, treeDepth(sizeBytes), chunks, options)
}

async function count(
  link: PayloadLink,
  depth: number,
  chunks: ChunkBox,
  options: AbortOptions
): Promise<number> {
  if (depth === 0) {
    const sizeBytes = await chunks.sizeOf(link.cid, options)
    if (sizeBytes === link.sizeBytes) {
      return sizeBytes
    }
    // Reading a damaged chunk removes it, so that the next pull fetches it again.
    if (sizeBytes !== undefined) {
      await chunks.get(link.cid, options)
    }
    return 0
  }
  const bytes = await chunks.get(link.cid, options)
  if (bytes === undefined) {
    return 0
  }
  const links = await readLinks(link, depth, async () => bytes)
  const width = depth === 1 ? MAX_LOOKUP_CONCURRENCY : 1
  let sum = 0
  for (let i = 0; i < links.length; i += width) {
    const batch = links.slice(i, i + width)
    const sizes = await Promise.all(batch.map(child => count(child, depth - 1, chunks, options)))
    sum += sizes.reduce((a, b) => a + b, 0)
  }
  return sum
}
