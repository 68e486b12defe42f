import { type EncodedNode, encodeNode, type PayloadLink, type StoredLink } from './payload-node.ts'
import { NODE_FANOUT } from './protocol.ts'

/** What a finished tree is. */
export interface PayloadSummary {
  /** Root of the DAG, base32: a chunk's CID where there is only one. */
  root: string
  /** Size of the payload. */
  sizeBytes: number
  /** The inner nodes that `addLeaf` had not handed out, children first; the root is the last. */
  nodes: EncodedNode[]
}

/** Builds a payload DAG from its chunks in order, keeping at most a node's links per level. */
export interface PayloadTree {
  /**
   * Appends a chunk. The empty payload is one empty chunk.
   *
   * @returns the inner nodes that this completed, children first
   */
  addLeaf(leaf: PayloadLink): EncodedNode[]
  /**
   * Ends the tree; the tree must not be used afterwards.
   *
   * @throws {RangeError} when it has no chunk at all
   */
  finish(): PayloadSummary
}

/**
 * Begins a payload DAG as IPFS's `unixfs-v1-2025` profile lays it out: balanced, and a single chunk is
 * its own root.
 *
 * @param fanout most children of a node; tests build small trees with it
 */
export function payloadTree(fanout: number = NODE_FANOUT): PayloadTree {
  const levels: StoredLink[][] = [[]]
  let sizeBytes = 0

  const fold = (level: number): EncodedNode => {
    const links = levels[level]!.splice(0)
    const node = encodeNode(links)
    const link = {
      cid: node.cid,
      sizeBytes: links.reduce((sum, l) => sum + l.sizeBytes, 0),
      storedBytes: links.reduce((sum, l) => sum + l.storedBytes, node.bytes.length)
    }
    levels[level + 1] ??= []
    levels[level + 1]!.push(link)
    return node
  }

  return {
    addLeaf(leaf) {
      sizeBytes += leaf.sizeBytes
      const nodes: EncodedNode[] = []
      for (let level = 0; levels[level]?.length === fanout; level++) {
        nodes.push(fold(level))
      }
      levels[0]!.push({ ...leaf, storedBytes: leaf.sizeBytes })
      return nodes
    },
    finish() {
      const nodes: EncodedNode[] = []
      for (let level = 0; level < levels.length; level++) {
        const isRoot = level === levels.length - 1 && levels[level]!.length === 1
        if (!isRoot && levels[level]!.length > 0) {
          nodes.push(fold(level))
        }
      }
      const root = levels.at(-1)?.[0]?.cid
      if (root === undefined) {
        throw new RangeError('A payload has at least one chunk: the empty one has an empty chunk')
      }
      return { root, sizeBytes, nodes }
    }
  }
}
