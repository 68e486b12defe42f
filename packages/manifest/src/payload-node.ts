import { hash } from 'node:crypto'
import { decode, encode, type PBLink } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import { asCid, cidOf, DAG_PB, RAW } from './cid.ts'
import { ManifestError } from './errors.ts'
import { MAX_NODE_SIZE_BYTES, MAX_PAYLOAD_SIZE_BYTES } from './limits.ts'
import { CHUNK_SIZE_BYTES, NODE_FANOUT } from './protocol.ts'

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
  /** Levels of inner nodes from this one down: 1 above chunks, 2 above those. */
  depth: 1 | 2
  /** Its children in order: chunks, or inner nodes of the level below. */
  links: PayloadLink[]
}

/** A child with the size of everything below it as stored, which a node of dag-pb also states. */
export interface StoredLink extends PayloadLink {
  /** Encoded size of the child and all that it links to. */
  storedBytes: number
}

/** An encoded inner node. */
export interface EncodedNode {
  /** CIDv1 (dag-pb, sha2-256), base32. */
  cid: string
  /** The node's bytes. */
  bytes: Uint8Array
}

/** Encodes an inner node as IPFS's `unixfs-v1-2025` profile does. */
export function encodeNode(links: readonly StoredLink[]): EncodedNode {
  const Links: PBLink[] = links.map(link => ({
    Hash: CID.parse(link.cid),
    Name: '',
    Tsize: link.storedBytes
  }))
  const bytes = encode({ Data: encodeFile(links.map(link => link.sizeBytes)), Links })
  return { cid: cidOf(DAG_PB, hash('sha256', bytes, 'buffer')).toString(), bytes }
}

/**
 * Encodes UnixFS's `Data` message of a file: type, size, and the size below each child.
 *
 * By hand, because `ipfs-unixfs` leaves bytes unwritten, which are then whatever memory held, where a
 * size is from 2³¹ to 2³² − 1.
 */
function encodeFile(blockSizes: readonly number[]): Uint8Array {
  const sizeBytes = blockSizes.reduce((sum, size) => sum + size, 0)
  const fields = blockSizes.flatMap(size => [BLOCK_SIZE_TAG, ...varint(size)])
  return Uint8Array.from([TYPE_TAG, FILE_TYPE, FILE_SIZE_TAG, ...varint(sizeBytes), ...fields])
}

/** Field number and wire type (varint) of `Type`, `filesize` and `blocksizes`; the type of a file. */
const TYPE_TAG = 0x08
const FILE_SIZE_TAG = 0x18
const BLOCK_SIZE_TAG = 0x20
const FILE_TYPE = 2

/** Base 128, least significant group first; exact up to 2⁵³ − 1. */
function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  return [...bytes, rest]
}

/**
 * Reads an inner node of a payload DAG in the one form that `payloadTree` writes.
 *
 * That the bytes fit the node's CID is for the caller to verify, as is that the size is the one that
 * was promised for it.
 *
 * @param bytes as a peer or a file gave them
 * @throws {ManifestError} PAYLOAD_NODE_INVALID when it is no node of a payload with the layout of ours
 */
export function parseNode(bytes: Uint8Array): PayloadNode {
  if (bytes.length > MAX_NODE_SIZE_BYTES) {
    throw invalid(`at most ${MAX_NODE_SIZE_BYTES} bytes, got ${bytes.length}`)
  }
  const links = decodeLinks(bytes)
  refuseShape(links)
  if (Buffer.compare(encodeNode(links).bytes, bytes) !== 0) {
    throw invalid('the canonical encoding, got another')
  }
  return {
    sizeBytes: links.reduce((sum, link) => sum + link.sizeBytes, 0),
    depth: asCid(links[0]!.cid, [RAW]) ? 1 : 2,
    links: links.map(({ cid, sizeBytes }) => ({ cid, sizeBytes }))
  }
}

function decodeLinks(bytes: Uint8Array): StoredLink[] {
  try {
    const node = decode(bytes)
    const { blockSizes } = UnixFS.unmarshal(node.Data ?? new Uint8Array())
    if (blockSizes.length !== node.Links.length) {
      throw invalid(`a size per child, got ${blockSizes.length} for ${node.Links.length}`)
    }
    return node.Links.map((link, i) => ({
      cid: asCid(link.Hash, [RAW, DAG_PB])?.toString() ?? '',
      sizeBytes: Number(blockSizes[i]),
      storedBytes: link.Tsize ?? 0
    }))
  } catch (cause) {
    throw cause instanceof ManifestError ? cause : invalid('a UnixFS file node', cause)
  }
}

/** Every child full but the last, all on one level: so a payload's size alone gives its tree. */
function refuseShape(links: readonly StoredLink[]): void {
  if (links.length < 1 || links.length > NODE_FANOUT) {
    throw invalid(`1 to ${NODE_FANOUT} children, got ${links.length}`)
  }
  const codec = asCid(links[0]!.cid, [RAW]) ? RAW : DAG_PB
  const capacity = codec === RAW ? CHUNK_SIZE_BYTES : MAX_PAYLOAD_SIZE_BYTES / NODE_FANOUT
  links.forEach(({ cid, sizeBytes, storedBytes }, i) => {
    const isFull = sizeBytes === capacity || (i === links.length - 1 && sizeBytes < capacity)
    if (
      asCid(cid, [codec]) === undefined ||
      !isFull ||
      sizeBytes < 1 ||
      (codec === RAW && storedBytes !== sizeBytes)
    ) {
      throw invalid(
        `child ${i} to be a full ${codec === RAW ? 'chunk' : 'node'}, got ${sizeBytes} bytes`
      )
    }
  })
}

function invalid(fault: string, cause?: unknown): ManifestError {
  return new ManifestError(
    'PAYLOAD_NODE_INVALID',
    `A node of the payload is not valid: expected ${fault}`,
    cause === undefined ? {} : { cause }
  )
}
