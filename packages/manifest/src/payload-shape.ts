import { MAX_PAYLOAD_SIZE_BYTES } from './limits.ts'
import { CHUNK_SIZE_BYTES, NODE_FANOUT } from './protocol.ts'

/**
 * Counts the chunks of a payload; the empty payload is one empty chunk.
 *
 * @param sizeBytes at most {@link MAX_PAYLOAD_SIZE_BYTES}
 * @throws {RangeError} when no payload has this size
 */
export function leafCount(sizeBytes: number): number {
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0 || sizeBytes > MAX_PAYLOAD_SIZE_BYTES) {
    throw new RangeError(`A payload has 0 to ${MAX_PAYLOAD_SIZE_BYTES} bytes, not ${sizeBytes}`)
  }
  return Math.max(1, Math.ceil(sizeBytes / CHUNK_SIZE_BYTES))
}

/**
 * Counts the levels of inner nodes above the chunks of a payload: 0 where its only chunk is the root.
 *
 * @throws {RangeError} when no payload has this size
 */
export function treeDepth(sizeBytes: number): number {
  let depth = 0
  for (let width = leafCount(sizeBytes); width > 1; width = Math.ceil(width / NODE_FANOUT)) {
    depth += 1
  }
  return depth
}

/**
 * Finds the way from the root of a payload to a chunk.
 *
 * @param index of the chunk, from 0
 * @returns one child index per level of {@link treeDepth}
 * @throws {RangeError} when the payload has no such chunk
 */
export function leafPath(sizeBytes: number, index: number): number[] {
  refuseIndex(sizeBytes, index)
  const path: number[] = []
  for (let level = treeDepth(sizeBytes), rest = index; level > 0; level--) {
    path.unshift(rest % NODE_FANOUT)
    rest = Math.floor(rest / NODE_FANOUT)
  }
  return path
}

/**
 * The size of a chunk: {@link CHUNK_SIZE_BYTES} for all but the last.
 *
 * @param index of the chunk, from 0
 * @throws {RangeError} when the payload has no such chunk
 */
export function leafSizeBytes(sizeBytes: number, index: number): number {
  refuseIndex(sizeBytes, index)
  return Math.min(CHUNK_SIZE_BYTES, sizeBytes - index * CHUNK_SIZE_BYTES)
}

function refuseIndex(sizeBytes: number, index: number): void {
  if (!Number.isSafeInteger(index) || index < 0 || index >= leafCount(sizeBytes)) {
    throw new RangeError(`A payload of ${sizeBytes} bytes has no chunk ${index}`)
  }
}
