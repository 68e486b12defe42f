import { MAX_ENVELOPE_SIZE_BYTES } from '@soup/manifest'

/** Largest frame: one record of the largest size and what stands around it. */
export const MAX_FRAME_BYTES: number = MAX_ENVELOPE_SIZE_BYTES + 1024

/** Largest reconciliation message: 1,700 ids, so a round trip settles much without filling memory. */
export const MAX_RECONCILE_BYTES: number = 60 * 1024

/** Rounds with one peer over one space: 64 messages of 1,700 ids are ten times a full space. */
export const MAX_RECONCILE_ROUNDS = 64

/** Ids in one request: at a usual record's size of 1 KiB they fill a batch. */
export const MAX_IDS_PER_REQUEST = 256

/** Bytes of records after which a batch ends; one larger record travels alone. */
export const MAX_BATCH_BYTES: number = 256 * 1024

/** Length of a space's name on the wire: a base32 CID has 59 characters. */
export const MAX_SPACE_BYTES = 96

/** Length of an error's text on the wire, for a person. */
export const MAX_ERROR_TEXT_BYTES = 256

/** Records of one base, and base records in all, taken from peers: strangers can sign any number. */
export const MAX_RECORDS_PER_SPACE = 10_000

/** Bytes of records in the store past which none is taken from peers any more. */
export const MAX_RECORD_STORE_BYTES: number = 1024 * 1024 * 1024

/** Bases followed at once: each costs a gossip topic and a reconciliation with every peer. */
export const MAX_BASES = 512

/** Largest signed announcement: the roots and addresses at their limits take 21 KiB. */
export const MAX_ANNOUNCEMENT_BYTES: number = 24 * 1024

/** Payload roots in one announcement; a node that provides more announces the latest. */
export const MAX_ROOTS = 512

/** Addresses in one announcement. */
export const MAX_ADDRESSES = 16

/** Length of one binary address: a relayed one with two peer ids takes about 110. */
export const MAX_ADDRESS_BYTES = 160

/** Announcements kept, one a peer: at their largest they take 24 MiB. */
export const MAX_ANNOUNCEMENTS = 1024

/** How far ahead an announcement may expire, in ms: a day, and some for clocks that differ. */
export const MAX_ANNOUNCEMENT_LIFE_MS: number = 25 * 3600 * 1000

/** Life of this node's announcements, in ms: three misses of {@link ANNOUNCE_INTERVAL_MS} are forgiven. */
export const ANNOUNCEMENT_LIFE_MS: number = 3600 * 1000

/** Time after which this node announces again what it provides, in ms. */
export const ANNOUNCE_INTERVAL_MS: number = 15 * 60 * 1000

/** Largest gossip message: what does not fit is announced by its id. */
export const MAX_GOSSIP_BYTES: number = 64 * 1024

/** Records that a peer handed over in one go and that are told to others; more are a bulk transfer. */
export const MAX_RELAYED_RECORDS = 16

/** Records that gossip named by their id and that are fetched at once; further ones wait for a sync. */
export const MAX_GOSSIP_FETCHES = 4

/** Time for one answer of a peer, in ms: the largest record over a slow home link. */
export const REQUEST_TIMEOUT_MS = 20_000

/** Time for a whole reconciliation with one peer, asking or answering, in ms: a full space at home. */
export const SYNC_TIMEOUT_MS = 300_000

/** Time that a served stream may be silent between two requests, in ms. */
export const IDLE_TIMEOUT_MS = 30_000

/** Time to reach an announced provider or a given address, in ms. */
export const DIAL_TIMEOUT_MS = 10_000

/** Default of {@link CatalogueInit.syncIntervalMs}: what gossip missed is found within a minute. */
export const DEFAULT_SYNC_INTERVAL_MS = 60_000

/** Peers reconciled with, or asked for one record, at once: a few that hang do not hold up the rest. */
export const MAX_PARALLEL_ASKS = 8

/** Inbound streams of one connection. */
export const MAX_STREAMS_PER_PEER = 2

/** Streams served at once; others wait. Each holds at most two frames: 256 MiB at the very worst. */
export const MAX_SERVED_STREAMS = 32

/** Streams that wait to be served; further ones are refused. */
export const MAX_WAITING_STREAMS = 256

/** Envelopes that a peer hands over and that count as one request: each costs a signature to verify. */
export const ITEMS_PER_TOKEN = 16

/** Requests and gossip messages that a peer may send in a burst. */
export const RATE_BURST = 400

/** Requests and gossip messages a second that a peer may send for ever. */
export const RATE_PER_SECOND = 100

/** Peers whose rate or faults are remembered. */
export const MAX_WATCHED_PEERS = 4096

/** Time for which a peer that lied is neither asked nor answered, in ms. */
export const SHUN_MS: number = 5 * 60 * 1000

/** Connections below which announced providers are dialled: the network holds without its bootstrap peer. */
export const MIN_CONNECTIONS = 8

/** Providers dialled after one reconciliation. */
export const MAX_PROVIDER_DIALS = 4
