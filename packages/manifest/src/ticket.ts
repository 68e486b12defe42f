import { decode, encode } from '@ipld/dag-cbor'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { base32 } from 'multiformats/bases/base32'
import { CID } from 'multiformats/cid'
import { asCid, DAG_CBOR } from './cid.ts'
import { ManifestError } from './errors.ts'
import { MAX_TICKET_ADDRESSES, MAX_TICKET_LENGTH } from './limits.ts'
import { TICKET_PREFIX, TICKET_VERSION } from './protocol.ts'
import { excerpt, textFault } from './text.ts'

/** Where to get a record without any discovery. */
export interface Ticket {
  /** Record id. */
  record: string
  /** Multiaddrs that end in `/p2p/<peer id>`; empty where the publisher can't be reached. */
  addresses: readonly string[]
}

/**
 * Writes a ticket: `soup`, then the base32 of the DAG-CBOR of `[version, record, [address bytes...]]`.
 *
 * @throws {ManifestError} TICKET_INVALID when the id or an address is not valid, or the ticket too long
 */
export function encodeTicket(ticket: Ticket): string {
  const cid = asCid(ticket.record, [DAG_CBOR])
  if (cid === undefined) {
    throw invalid('a record id', ticket.record)
  }
  if (ticket.addresses.length > MAX_TICKET_ADDRESSES) {
    throw invalid(`at most ${MAX_TICKET_ADDRESSES} addresses`, ticket.addresses)
  }
  const addresses = ticket.addresses.map(address => readAddress(address).bytes)
  const bytes = encode([TICKET_VERSION, cid, addresses])
  const text = TICKET_PREFIX + base32.baseEncode(bytes)
  if (text.length > MAX_TICKET_LENGTH) {
    throw invalid(`at most ${MAX_TICKET_LENGTH} characters`, text)
  }
  return text
}

/**
 * Reads a ticket that somebody pasted. Every ticket has exactly one spelling.
 *
 * @throws {ManifestError} TICKET_INVALID
 */
export function parseTicket(text: string): Ticket {
  if (text.length > MAX_TICKET_LENGTH || !/^soup[a-z2-7]+$/.test(text)) {
    throw invalid(`${TICKET_PREFIX} and up to ${MAX_TICKET_LENGTH} letters and digits`, text)
  }
  const [version, record, addresses] = decodeContent(text)
  if (version !== TICKET_VERSION) {
    throw invalid(`version ${TICKET_VERSION} (a newer program may read it)`, version)
  }
  const cid = CID.asCID(record)
  if (cid === null || !Array.isArray(addresses)) {
    throw invalid('a record id and addresses', text)
  }
  const ticket = {
    record: cid.toString(),
    addresses: addresses.map(a => readAddress(a).text)
  }
  if (encodeTicket(ticket) !== text) {
    throw invalid('its one spelling', text)
  }
  return ticket
}

function decodeContent(text: string): unknown[] {
  try {
    const content = decode<unknown>(base32.baseDecode(text.slice(TICKET_PREFIX.length)))
    return Array.isArray(content) && content.length === 3 ? content : []
  } catch (cause) {
    throw invalid('the whole ticket', text, cause)
  }
}

/** An address as bytes and as text, which is read in full: its library reads some parts only when asked. */
function readAddress(address: unknown): { bytes: Uint8Array; text: string } {
  const { bytes, text, last } = attempt(address, () => {
    const parsed = multiaddr(address as string | Uint8Array)
    return { bytes: parsed.bytes, text: parsed.toString(), last: parsed.getComponents().at(-1) }
  })
  if (last?.name !== 'p2p' || textFault(text, MAX_TICKET_LENGTH) !== undefined) {
    throw invalid('addresses that end in /p2p/<peer id>', address)
  }
  attempt(address, () => peerIdFromString(last.value ?? ''))
  return { bytes, text }
}

function attempt<T>(address: unknown, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw invalid('addresses that are multiaddrs', address, cause)
  }
}

function invalid(expected: string, got: unknown, cause?: unknown): ManifestError {
  return new ManifestError(
    'TICKET_INVALID',
    `The ticket is not valid: expected ${expected}, got ${excerpt(got)}; copy it again in full`,
    { details: { expected, got: excerpt(got) }, ...(cause === undefined ? {} : { cause }) }
  )
}
