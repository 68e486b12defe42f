import { MAX_TENSORS, PIECE_BYTES } from '@soup/tensor'

/**
 * Bytes of the expert that are encoded together, but for a tensor's last: a piece, its base's and its differences
 * stay in a core's own cache, and its tables cost little beside it. A multiple of every element's size.
 */
export const EXACT_PIECE_BYTES: number = 2 ** 18

/** What it was in `exact/1`. */
export const EXACT_1_PIECE_BYTES: number = PIECE_BYTES

/** Fastest level of zstd: higher ones gain a few percent on gaps and codes at a third of the speed. */
export const ZSTD_LEVEL = 1

/**
 * Largest window that a zstd frame may ask its decoder to allocate, as a power of two: a piece of `exact/1` has 1 MiB at
 * most, gaps and codes of lossy codecs have less, so that more can only be an attack.
 */
export const MAX_WINDOW_LOG = 20

/**
 * Most values in a JSON list of a payload's metadata: room for the fields of {@link MAX_TENSORS} tensors of
 * eight dimensions. A header of nothing but brackets would take gigabytes once it is parsed.
 */
export const MAX_LIST_VALUES: number = 16 * MAX_TENSORS

/**
 * Most bytes of f32 that the factors of one module may take, of all adapters that are mixed together: ranks of 3,600 in a
 * 4096 × 14336 weight, of 430 over a vocabulary of 152,000. They are held in memory, by each thread.
 */
export const MAX_FACTOR_BYTES: number = 2 ** 28

/**
 * Highest rank that anybody may ask an adapter to have, whether it is extracted or cut: with the 8 more of its sketch it is
 * just what the tensor package truncates, in minutes for each module. (Adapters that are read may have a higher one: that
 * is their trainer's business.)
 */
export const MAX_CHOSEN_RANK = 1024

/**
 * Elements that share a scale in `int8/1`: a large one spoils the steps of those beside it alone. A scale costs a
 * quarter of a bit an element. Blocks of 32 and of 128 differ by 0.05 % in error and 1 % in size.
 */
export const INT8_BLOCK = 64

/**
 * Elements that share a scale in `bit1/1`, at 1/32 bit an element. Where rows of 1,024 elements differ in how much they
 * changed (by e^±0.5), the cosine is 0.80 for any block that lies within a row, and 0.73 for four rows.
 */
export const BIT1_BLOCK = 512

/** Share of the elements that `sparse` sends unless told. */
export const DEFAULT_DENSITY = 0.1

/** Most characters of a payload's `soup.loss`: two numbers take 100. */
export const MAX_LOSS_CHARACTERS = 1000

/** Below so many bytes an expert is encoded sooner than threads have started. */
export const MIN_BYTES_FOR_THREADS: number = 64 * 2 ** 20

/** Most threads unless the caller says otherwise: hashing, which one thread does for all, keeps up with about four. */
export const MAX_THREADS = 4

/** Bytes of an expert that a thread takes on at a time: so many that asking costs nothing. */
export const RUN_BYTES: number = 16 * EXACT_PIECE_BYTES

/** Runs that a thread may have waiting to be written, besides the one it is at: bounds the memory. */
export const RUNS_AHEAD = 2
