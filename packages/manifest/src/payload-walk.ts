import type { AbortOptions } from '@soup/interface'

/** A chunk of a payload in its place. */
export interface PayloadLeaf {
  cid: string
  index: number
  offset: number
  sizeBytes: number
}
/** Visits a payload's chunks in order, reading inner nodes with `readNode` as they are reached. */
export async function* walkLeaves(
  _root: string,
  _sizeBytes: number,
  _readNode: (cid: string, options: AbortOptions) => Promise<Uint8Array>,
  _options: AbortOptions = {}
): AsyncGenerator<PayloadLeaf, void> {
  throw new Error('in the making')
}
