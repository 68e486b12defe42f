/** A child of an inner node, or a chunk on its way into a tree. */
export interface PayloadLink {
  /** Base32 CIDv1: raw for a chunk, dag-pb for an inner node. */
  cid: string
  /** Bytes of the payload below it. */
  sizeBytes: number
}
/** An inner node of a payload DAG. */
export interface PayloadNode {
  /** Bytes of the payload below it. */
  sizeBytes: number
  links: PayloadLink[]
}
export function parseNode(_bytes: Uint8Array): PayloadNode {
  throw new Error('in the making')
}
