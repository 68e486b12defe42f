import { MAX_TENSORS, PIECE_BYTES } from '@soup/tensor'

/**
 * Bytes of the expert that are encoded together, but for a tensor's last: a piece, its base's and its differences
 * stay in a core's own cache, and its tables cost little beside it. A multiple of every element's size.
 */
export const EXACT_PIECE_BYTES: number = 2 ** 18

/** What it was in `exact/1`. */
export const EXACT_1_PIECE_BYTES: number = PIECE_BYTES

/**
 * Largest window that a stored piece of `exact/1` may ask its decoder to allocate, as a power of two: a piece has
 * 1 MiB at most, so that more can only be an attack.
 */
export const MAX_WINDOW_LOG = 20

/**
 * Most values in a JSON list of a payload's metadata: room for the fields of {@link MAX_TENSORS} tensors of
 * eight dimensions. A header of nothing but brackets would take gigabytes once it is parsed.
 */
export const MAX_LIST_VALUES: number = 16 * MAX_TENSORS

/** Below so many bytes an expert is encoded sooner than threads have started. */
export const MIN_BYTES_FOR_THREADS: number = 64 * 2 ** 20

/** Most threads unless the caller says otherwise: hashing, which one thread does for all, keeps up with about four. */
export const MAX_THREADS = 4

/** Bytes of an expert that a thread takes on at a time: so many that asking costs nothing. */
export const RUN_BYTES: number = 16 * EXACT_PIECE_BYTES

/** Runs that a thread may have waiting to be written, besides the one it is at: bounds the memory. */
export const RUNS_AHEAD = 2
