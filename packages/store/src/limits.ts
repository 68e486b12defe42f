import { CHUNK_SIZE_BYTES } from '@soup/manifest'

/** Largest chunk file: inner nodes are smaller. A larger file under a chunk's name is damaged. */
export const MAX_CHUNK_FILE_BYTES: number = CHUNK_SIZE_BYTES

/** Chunks that `add` has in memory at once: enough to read, hash and write at the same time. */
export const MAX_ADD_CONCURRENCY = 4

/** Verified chunks that an open payload keeps in memory, for readers that take small steps. */
export const MAX_CACHED_CHUNKS = 4

/** Chunks looked up on disk at once: the thread pool has four threads, the rest only wait. */
export const MAX_LOOKUP_CONCURRENCY = 64
