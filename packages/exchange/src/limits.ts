/** Connections, all peers together: each costs a socket, a Noise state and buffers of about 1 MiB. */
export const MAX_CONNECTIONS = 300

/** Inbound connections a second from one host: a whole test network may run behind one address. */
export const MAX_CONNECTIONS_PER_SECOND = 100

/** Inbound connections in the middle of their handshake: the handshake costs more than a connection. */
export const MAX_PENDING_CONNECTIONS = 64

/** Streams that a peer may hold open on one connection: our protocols need about ten. */
export const MAX_STREAMS_PER_CONNECTION = 64

/**
 * Window of a stream, and so what a paused one can have in store: 20 MB/s at a round trip of 100 ms.
 * Past it a stream is reset, so it is the limit of the read buffer as well.
 */
export const MAX_STREAM_WINDOW_BYTES: number = 2 * 1024 * 1024

/** Unsent bytes of a stream before it is reset: a few chunks; writers wait long before. */
export const MAX_WRITE_BUFFER_BYTES: number = 8 * 1024 * 1024

/** One gossip packet with everything in it: announcements are about 1 KiB each. */
export const MAX_GOSSIP_BYTES: number = 1024 * 1024

/** Children asked for in one request: bounds what a request makes the provider look up. */
export const MAX_RANGE_CHUNKS = 64

/** Chunk streams that one peer may open: one for each pull that it runs side by side. */
export const MAX_SERVED_STREAMS_PER_PEER = 8

/** Chunk streams served at once: each holds two chunks, so 64 MiB in all. */
export const MAX_SERVED_STREAMS = 32

/** Inner nodes kept parsed: their children's ids are about 100 KiB each. */
export const MAX_CACHED_NODES = 16

/** How long a provider waits for the next whole request before it frees the place. */
export const MAX_REQUEST_WAIT_MS = 60_000

/** How long a requester may take to accept one chunk: 17 KB/s, slower than any link in use. */
export const MAX_SEND_MS = 60_000

/** Providers at work at the same time: more share the same link and only cost memory. */
export const MAX_PARALLEL_PROVIDERS = 8

/** Peers to be dialled first that a pull considers; anybody can announce a root, so the list needs an end. */
export const MAX_STRANGERS = 64

/** Chunks asked of one provider and not yet answered: 16 MiB, 100 MB/s at a round trip of 160 ms. */
export const MAX_OUTSTANDING_CHUNKS = 16

/** Chunks that are being verified and written, all providers together: 16 MiB of memory. */
export const MAX_UNSAVED_CHUNKS = 16

/** Silence after which a provider counts as hung. */
export const MAX_SILENCE_MS = 10_000

/** How long one chunk may take although bytes trickle in: 17 KB/s. */
export const MAX_CHUNK_MS = 60_000

/** Failures in a row after which a pull gives a provider up. */
export const MAX_FAILURES = 3

/** Looks at a pull in a row, three in {@link MAX_SILENCE_MS}, after which holders of a part have got no more. */
export const MAX_VAIN_REVIEWS = 9

/** How long a peer that sent a wrong chunk is not asked again. */
export const BAN_MS: number = 10 * 60_000

/** Banned peers remembered; identities are free, so the oldest give way. */
export const MAX_BANS = 1024

/** First and longest pause between two attempts to reach a bootstrap peer. */
export const MIN_BOOTSTRAP_PAUSE_MS = 1000
/** See {@link MIN_BOOTSTRAP_PAUSE_MS}. */
export const MAX_BOOTSTRAP_PAUSE_MS = 60_000

/** How long dialling a peer with all of its addresses may take. */
export const MAX_DIAL_MS = 10_000
