/** Domain string of the libp2p envelope: a signature made for anything else never passes as a record. */
export const RECORD_DOMAIN = 'soup-record'

/** Payload type of the libp2p envelope: says that the payload is a record in canonical DAG-CBOR. */
export const RECORD_PAYLOAD_TYPE: Uint8Array = new TextEncoder().encode('/soup/record')

/** What every ticket begins with. */
export const TICKET_PREFIX = 'soup'

/** Version of the ticket's content; another one is refused. */
export const TICKET_VERSION = 1

/** Size of every chunk of a payload but the last: the 1 MiB of IPFS's `unixfs-v1-2025` profile. */
export const CHUNK_SIZE_BYTES: number = 1024 * 1024

/** Children of an inner node of a payload DAG, as in IPFS's `unixfs-v1-2025` profile. */
export const NODE_FANOUT = 1024
