import type { AbortOptions, ChunkStore } from '@soup/interface'
import { type PayloadNode, parseNode, treeDepth } from '@soup/manifest'
import { CID } from 'multiformats/cid'
import { ExchangeError } from '../errors.ts'
import { DAG_PB, isChunkCid, RAW } from './protocol.ts'
import type { WantedChunk } from './schedule.ts'

/**
 * The root of a payload, as the first thing that a pull needs.
 *
 * @param root CID of the UnixFS root
 * @param sizeBytes length that the record promises
 * @throws {ExchangeError} `EXCHANGE_BAD_PAYLOAD` when no payload of this length can have such a root
 * @throws {RangeError} when no payload can have this length
 */
export function rootOf(root: string, sizeBytes: number): WantedChunk {
  const depth = treeDepth(sizeBytes)
  const cid = parseCid(root)
  if (cid === undefined || !isChunkCid(cid) || cid.code !== (depth === 0 ? RAW : DAG_PB)) {
    throw new ExchangeError(
      'EXCHANGE_BAD_PAYLOAD',
      `${root.slice(0, 100)} cannot be the root of a payload of ${sizeBytes} bytes: expected a CIDv1 of ${depth === 0 ? 'a raw chunk' : 'a dag-pb node'} with sha2-256`,
      { details: { root: root.slice(0, 100), sizeBytes } }
    )
  }
  return { cid: cid.toString(), parent: undefined, index: 0, depth, sizeBytes, times: 1 }
}

/**
 * What lies one level below some nodes, front to back; equal chunks appear once and say how often.
 *
 * @param nodes all on one level, kept in the store
 * @throws {ExchangeError} `EXCHANGE_BAD_PAYLOAD` when a node has not the shape that its size demands
 */
export async function below(
  nodes: readonly WantedChunk[],
  chunks: ChunkStore,
  options: AbortOptions
): Promise<WantedChunk[]> {
  const level = new Map<string, WantedChunk>()
  for (const node of nodes) {
    options.signal?.throwIfAborted()
    const { links } = await readNode(node, chunks, options)
    links.forEach(({ cid, sizeBytes }, index) => {
      const known = level.get(cid)
      if (known !== undefined) known.times += node.times
      else {
        const { depth, times } = node
        level.set(cid, { cid, parent: node.cid, index, depth: depth - 1, sizeBytes, times })
      }
    })
  }
  return [...level.values()]
}

async function readNode(
  node: WantedChunk,
  chunks: ChunkStore,
  options: AbortOptions
): Promise<PayloadNode> {
  const bytes = await chunks.get(node.cid, options)
  if (bytes === undefined) {
    throw badNode(node.cid, 'it left the store during the pull')
  }
  let parsed: PayloadNode
  try {
    parsed = parseNode(bytes)
  } catch (cause) {
    throw badNode(node.cid, cause instanceof Error ? cause.message : String(cause), cause)
  }
  if (parsed.sizeBytes !== node.sizeBytes || parsed.depth !== node.depth) {
    throw badNode(
      node.cid,
      `expected ${node.sizeBytes} bytes on ${node.depth} levels, got ${parsed.sizeBytes} on ${parsed.depth}`
    )
  }
  return parsed
}

/** `EXCHANGE_BAD_PAYLOAD`: a node or chunk is right by its id, and not what the payload needs. */
export function badNode(cid: string, fault: string, cause?: unknown): ExchangeError {
  return new ExchangeError(
    'EXCHANGE_BAD_PAYLOAD',
    `The payload is not what its record promises, node ${cid}: ${fault}. Ask its publisher for a new record.`,
    { details: { cid }, cause }
  )
}

function parseCid(text: string): CID | undefined {
  try {
    return CID.parse(text)
  } catch {
    return undefined
  }
}
