import type { PayloadLink } from './payload-node.ts'

/** An encoded inner node. */
export interface EncodedNode {
  cid: string
  bytes: Uint8Array
}
/** What a finished tree is. */
export interface PayloadSummary {
  root: string
  sizeBytes: number
  /** The inner nodes that were not handed out before, children first. */
  nodes: EncodedNode[]
}
/** Builds a payload DAG from its chunks in order. */
export interface PayloadTree {
  /** Appends a chunk. @returns the inner nodes that this completed */
  addLeaf(leaf: PayloadLink): EncodedNode[]
  /** Ends the tree. */
  finish(): PayloadSummary
}
export function payloadTree(): PayloadTree {
  throw new Error('in the making')
}
