import type { AbortOptions } from '@soup/interface'
import { asCid, DAG_PB, RAW } from './cid.ts'
import { ManifestError } from './errors.ts'
import { type PayloadLink, parseNode } from './payload-node.ts'
import { treeDepth } from './payload-shape.ts'
import { excerpt } from './text.ts'

/** A chunk of a payload in its place. */
export interface PayloadLeaf {
  /** CID of the chunk, base32. */
  cid: string
  /** Index of the chunk, from 0. */
  index: number
  /** First byte of the chunk in the payload. */
  offset: number
  /** Size of the chunk. */
  sizeBytes: number
}

/** Gets the bytes of an inner node, verified against its CID. */
export type ReadNode = (cid: string, options: AbortOptions) => Promise<Uint8Array>

/**
 * Visits the chunks of a payload in order, reading each inner node just before its chunks.
 *
 * @param root of the payload
 * @param sizeBytes of the payload, as its record promises
 * @param readNode gets an inner node; its errors end the walk
 * @throws {ManifestError} PAYLOAD_NODE_INVALID when a node breaks the layout or the promised size
 */
export async function* walkLeaves(
  root: string,
  sizeBytes: number,
  readNode: ReadNode,
  options: AbortOptions = {}
): AsyncGenerator<PayloadLeaf, void> {
  let index = 0
  let offset = 0
  const visit = async function* (
    link: PayloadLink,
    depth: number
  ): AsyncGenerator<PayloadLeaf, void> {
    options.signal?.throwIfAborted()
    if (depth === 0) {
      yield { ...link, index, offset }
      index += 1
      offset += link.sizeBytes
      return
    }
    for (const child of await readLinks(link, depth, readNode, options)) {
      yield* visit(child, depth - 1)
    }
  }
  const depth = treeDepth(sizeBytes)
  if (asCid(root, [depth === 0 ? RAW : DAG_PB]) === undefined) {
    throw new ManifestError(
      'PAYLOAD_NODE_INVALID',
      `${excerpt(root)} is not the root of a payload of ${sizeBytes} bytes`,
      { details: { cid: excerpt(root), sizeBytes } }
    )
  }
  yield* visit({ cid: root, sizeBytes }, depth)
}

/**
 * Reads an inner node and holds it to what its parent, or the payload's record, says about it.
 *
 * @param link the node and the payload's bytes below it
 * @param depth levels of inner nodes from this one down, at least 1
 * @throws {ManifestError} PAYLOAD_NODE_INVALID
 */
export async function readLinks(
  link: PayloadLink,
  depth: number,
  readNode: ReadNode,
  options: AbortOptions = {}
): Promise<PayloadLink[]> {
  const node = parseNode(await readNode(link.cid, options))
  if (node.sizeBytes !== link.sizeBytes || node.depth !== depth) {
    throw new ManifestError(
      'PAYLOAD_NODE_INVALID',
      `Node ${link.cid} of the payload is not valid: expected ${link.sizeBytes} bytes and ${depth} levels, got ${node.sizeBytes} and ${node.depth}`,
      { details: { cid: link.cid, expected: link.sizeBytes, got: node.sizeBytes } }
    )
  }
  return node.links
}
