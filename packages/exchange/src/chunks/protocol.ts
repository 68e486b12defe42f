import { CID } from 'multiformats/cid'
import { ExchangeError } from '../errors.ts'
import { MAX_RANGE_CHUNKS } from '../limits.ts'

/**
 * Chunk exchange, version 1. The requester opens a stream and sends requests of {@link REQUEST_BYTES}:
 *
 *     u8   1, the kind of request
 *     36   CID, binary: version 1, raw or dag-pb, sha2-256
 *     u16  index of the first child
 *     u16  number of children; 0 asks for the chunk or inner node with this CID itself
 *
 * Numbers are big endian. The provider answers every chunk asked for, in order, with a header of
 * {@link HEADER_BYTES} (`u8` kind, `u32` value) which for {@link ANSWER_CHUNK} is followed by `value` bytes.
 * Requests may follow each other without waiting; how many is the requester's choice, since the provider
 * reads the next one only after the last was answered. Either side closes when it is done.
 */
export const CHUNKS_PROTOCOL = '/soup/chunks/1.0.0'

/** Length of a request. */
export const REQUEST_BYTES = 41
/** Length of the header of an answer. */
export const HEADER_BYTES = 5

/** The chunk follows; the value is its length. */
export const ANSWER_CHUNK = 0
/** The provider does not have this chunk, or not the node that would name it; the value is 0. */
export const ANSWER_NOT_HELD = 1
/** The provider ends the stream; the value is one of {@link WIRE_ERRORS}. */
export const ANSWER_ERROR = 2

/** Reasons for {@link ANSWER_ERROR}; numbers are never used again for something else. */
export const WIRE_ERRORS = {
  /** The request cannot be read, or asks for children that the node does not have. */
  BAD_REQUEST: 1,
  /** Too many streams are served; ask again later. */
  BUSY: 2,
  /** The provider could not read its own store. */
  INTERNAL: 3
} as const

/** What a requester asks for. */
export interface ChunkRequest {
  /** CID of an inner node, or of the chunk itself where `count` is 0. */
  cid: CID
  /** Index of the first child wanted. */
  first: number
  /** Number of children wanted, at most {@link MAX_RANGE_CHUNKS}; 0 for the chunk itself. */
  count: number
}

/** Start of an answer. */
export interface AnswerHeader {
  /** {@link ANSWER_CHUNK}, {@link ANSWER_NOT_HELD} or {@link ANSWER_ERROR}. */
  kind: number
  /** Length, 0 or wire error. */
  value: number
}

const REQUEST_KIND = 1
const CID_BYTES = 36
/** version 1, codec (here 0), sha2-256, 32 bytes */
const CID_PREFIX = [1, 0, 0x12, 32]
/** Multicodec of a chunk. */
export const RAW = 0x55
/** Multicodec of an inner node. */
export const DAG_PB = 0x70

/** @returns whether an id can stand in a request: CIDv1, raw or dag-pb, sha2-256 */
export function isChunkCid(cid: CID): boolean {
  const bytes = cid.bytes
  return bytes.length === CID_BYTES && hasChunkPrefix(bytes)
}

function hasChunkPrefix(bytes: Uint8Array): boolean {
  const codec = bytes[1]
  return (
    (codec === RAW || codec === DAG_PB) &&
    CID_PREFIX.every((byte, at) => at === 1 || bytes[at] === byte)
  )
}

/** @throws {RangeError} when the caller asks for what a request cannot express */
export function encodeRequest(request: ChunkRequest): Uint8Array {
  if (!isChunkCid(request.cid) || request.count > MAX_RANGE_CHUNKS) {
    throw new RangeError(`Not a request: ${request.count} children of ${request.cid}`)
  }
  const bytes = new Uint8Array(REQUEST_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, REQUEST_KIND)
  bytes.set(request.cid.bytes, 1)
  view.setUint16(1 + CID_BYTES, request.first)
  view.setUint16(3 + CID_BYTES, request.count)
  return bytes
}

/**
 * @param bytes exactly {@link REQUEST_BYTES} from a peer
 * @throws {ExchangeError} `EXCHANGE_PEER_FAULT` when they are no request
 */
export function parseRequest(bytes: Uint8Array): ChunkRequest {
  const view = new DataView(bytes.buffer, bytes.byteOffset, REQUEST_BYTES)
  const cidBytes = bytes.subarray(1, 1 + CID_BYTES)
  const first = view.getUint16(1 + CID_BYTES)
  const count = view.getUint16(3 + CID_BYTES)
  if (view.getUint8(0) !== REQUEST_KIND || !hasChunkPrefix(cidBytes)) {
    throw new ExchangeError('EXCHANGE_PEER_FAULT', 'A peer sent bytes that are no chunk request')
  }
  if (count > MAX_RANGE_CHUNKS) {
    throw new ExchangeError(
      'EXCHANGE_PEER_FAULT',
      `A peer asked for ${count} chunks at once; at most ${MAX_RANGE_CHUNKS} are served`
    )
  }
  return { cid: CID.decode(cidBytes), first, count }
}

/** @returns the {@link HEADER_BYTES} bytes that begin an answer */
export function encodeHeader(header: AnswerHeader): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, header.kind)
  view.setUint32(1, header.value)
  return bytes
}

/**
 * @param bytes exactly {@link HEADER_BYTES} from a peer
 * @throws {ExchangeError} `EXCHANGE_PEER_FAULT` for a kind that does not exist
 */
export function parseHeader(bytes: Uint8Array): AnswerHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES)
  const header = { kind: view.getUint8(0), value: view.getUint32(1) }
  if (header.kind > ANSWER_ERROR || (header.kind === ANSWER_NOT_HELD && header.value !== 0)) {
    throw new ExchangeError(
      'EXCHANGE_PEER_FAULT',
      `A peer sent an answer of kind ${header.kind} with value ${header.value}, which does not exist`
    )
  }
  return header
}
