import { createHash } from 'node:crypto'
import { decode, encode } from '@ipld/dag-cbor'
import type { PrivateKey, Record as SignedPayload } from '@libp2p/interface'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { RecordEnvelope } from '@libp2p/peer-record'
import { multiaddr } from '@multiformats/multiaddr'
import type { AbortOptions } from '@soup/interface'
import { CID } from 'multiformats/cid'
import { MAX_ADDRESS_BYTES, MAX_ADDRESSES, MAX_ANNOUNCEMENT_BYTES, MAX_ROOTS } from './limits.ts'
import { ANNOUNCEMENT_DOMAIN, ANNOUNCEMENT_TYPE, ANNOUNCEMENT_VERSION } from './protocol.ts'
import { WireError } from './wire/errors.ts'

/** What a provider says of itself. */
export interface AnnouncementFields {
  /** Grows with every announcement of the peer: milliseconds since 1970. */
  seq: number
  /** When it stops to hold, in milliseconds since 1970. */
  expires: number
  /** Where the provider listens, as multiaddrs without its peer id. */
  addresses: string[]
  /** Payload roots that the provider holds completely, base32 CIDs. */
  roots: string[]
}

/** A verified announcement. */
export interface Announcement extends AnnouncementFields {
  /** Peer id of the provider, which signed it. */
  peer: string
  /** The signed envelope: what is kept and passed on. */
  envelope: Uint8Array
  /** SHA-256 of the envelope: its id in reconciliation. */
  id: Uint8Array
}

/** Signs an announcement. */
export async function signAnnouncement(
  fields: AnnouncementFields,
  privateKey: PrivateKey,
  options?: AbortOptions
): Promise<Announcement> {
  const payload = encode({
    v: ANNOUNCEMENT_VERSION,
    seq: fields.seq,
    expires: fields.expires,
    addrs: fields.addresses.map(address => multiaddr(address).bytes),
    roots: fields.roots.map(root => CID.parse(root))
  })
  const sealed: SignedPayload = {
    domain: ANNOUNCEMENT_DOMAIN,
    codec: ANNOUNCEMENT_TYPE,
    marshal: () => payload,
    equals: other => Buffer.compare(payload, other.marshal()) === 0
  }
  const envelope = (await RecordEnvelope.seal(sealed, privateKey, defined(options))).marshal()
  return parseAnnouncement(envelope, options)
}

/**
 * Verifies an announcement of a stranger: signature, fields, limits. Time is not looked at.
 *
 * @throws {WireError} when anything is not as docs/protocol.md says
 */
export async function parseAnnouncement(
  envelope: Uint8Array,
  options?: AbortOptions
): Promise<Announcement> {
  if (envelope.length > MAX_ANNOUNCEMENT_BYTES) {
    const limit = `expected at most ${MAX_ANNOUNCEMENT_BYTES}`
    throw new WireError(`an announcement of ${envelope.length} bytes, ${limit}`)
  }
  // A copy, also of a Buffer, whose slice() is a view: the frame around it must not stay in memory.
  const bytes = new Uint8Array(envelope)
  const opened = await open(bytes, options)
  // Protobuf has many encodings of one message; two of them would be two ids of one announcement.
  if (Buffer.compare(opened.marshal(), bytes) !== 0) {
    throw new WireError('an announcement whose envelope is not encoded the shortest way')
  }
  if (Buffer.compare(opened.payloadType, ANNOUNCEMENT_TYPE) !== 0) {
    throw new WireError('an envelope of another payload type, expected a provider announcement')
  }
  return {
    ...parseFields(opened.payload),
    peer: peerIdFromPublicKey(opened.publicKey).toString(),
    envelope: bytes,
    id: new Uint8Array(createHash('sha256').update(bytes).digest())
  }
}

async function open(envelope: Uint8Array, options?: AbortOptions): Promise<RecordEnvelope> {
  try {
    return await RecordEnvelope.openAndCertify(envelope, ANNOUNCEMENT_DOMAIN, defined(options))
  } catch (cause) {
    options?.signal?.throwIfAborted()
    throw new WireError('an announcement whose signature does not verify', { cause })
  }
}

function parseFields(payload: Uint8Array): AnnouncementFields {
  const fields = decodeMap(payload)
  if (fields.v !== ANNOUNCEMENT_VERSION) {
    throw new WireError(`an announcement of another version, expected ${ANNOUNCEMENT_VERSION}`)
  }
  return {
    seq: time(fields.seq, 'seq'),
    expires: time(fields.expires, 'expires'),
    addresses: list(fields.addrs, 'addrs', MAX_ADDRESSES).map(address),
    roots: list(fields.roots, 'roots', MAX_ROOTS).map(root)
  }
}

function decodeMap(payload: Uint8Array): Record<string, unknown> {
  let value: unknown
  try {
    value = decode(payload)
  } catch (cause) {
    throw new WireError('an announcement that is no DAG-CBOR', { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WireError('an announcement that is no map')
  }
  return value as Record<string, unknown>
}

function time(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new WireError(`an announcement's ${name} is no time in milliseconds`)
}

function list(value: unknown, name: string, limit: number): unknown[] {
  if (Array.isArray(value) && value.length <= limit) return value
  throw new WireError(`an announcement's ${name} is no list of at most ${limit}`)
}

function address(value: unknown): string {
  try {
    if (value instanceof Uint8Array && value.length <= MAX_ADDRESS_BYTES) {
      return multiaddr(value).toString()
    }
  } catch (cause) {
    throw new WireError('an announcement names an address that is none', { cause })
  }
  throw new WireError('an announcement names an address that is none, or too long')
}

function root(value: unknown): string {
  const cid = CID.asCID(value)
  if (cid?.version === 1 && cid.multihash.digest.length <= 64) return cid.toString()
  throw new WireError('an announcement names a root that is no CIDv1')
}

/** libp2p's options may not hold an undefined signal. */
function defined(options: AbortOptions | undefined): { signal?: AbortSignal } {
  return options?.signal === undefined ? {} : { signal: options.signal }
}
