/** Longest safetensors header that is read or written: the limit of the format itself. */
export const MAX_HEADER_BYTES = 100_000_000

/**
 * Most tensors in one checkpoint: twice what the largest public mixtures of experts hold, and about
 * 100 MB of names and shapes in memory.
 */
export const MAX_TENSORS = 200_000

/** Most dimensions of a tensor: what NumPy and PyTorch can hold. */
export const MAX_RANK = 64

/** Longest tensor name in UTF-8: names are paths of modules, 200 bytes at most in practice. */
export const MAX_NAME_BYTES = 4096

/** Most bytes that a whole tensor may take in memory unless the caller says otherwise: 1 GiB. */
export const DEFAULT_MAX_TENSOR_BYTES: number = 2 ** 30

/**
 * Size of every piece of a tensor that is read, but for its last: small enough that a soup of dozens
 * of ingredients fits in a few hundred megabytes, large enough that calls cost nothing. A multiple of
 * the size of every element of 8 bits or more.
 */
export const PIECE_BYTES: number = 2 ** 20
