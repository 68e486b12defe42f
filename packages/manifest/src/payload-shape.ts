/** Number of chunks of a payload (1 for the empty one). */
export function leafCount(_sizeBytes: number): number {
  throw new Error('in the making')
}
/** Levels of inner nodes above the chunks: 0 (one chunk), 1 or 2. */
export function treeDepth(_sizeBytes: number): number {
  throw new Error('in the making')
}
/** Child indices that lead from the root to a chunk; empty where the chunk is the root. */
export function leafPath(_sizeBytes: number, _index: number): number[] {
  throw new Error('in the making')
}
/** Size of a chunk. */
export function leafSizeBytes(_sizeBytes: number, _index: number): number {
  throw new Error('in the making')
}
