/**
 * How far the coefficients of a soup may sum from 1: room for decimals like 0.333333, far below what
 * rounding to any dtype does to a delta.
 */
export const LAMBDA_SUM_TOLERANCE = 1e-5

/** Most rules of λ for single tensors: some for each layer of the deepest models. Each is tried on every name. */
export const MAX_TENSOR_LAMBDAS = 1024

/** Longest glob: as a rule shorter than the name that it matches. Matching takes at most length times length steps. */
export const MAX_GLOB_LENGTH = 256

/**
 * Most experts of one soup: nearly twice what the largest published soups mix. Each takes up to four blocks of the
 * kernels' memory, and their tables hold a sorting network for as many.
 */
export const MAX_EXPERTS = 128

/** Most elements of a tensor whose magnitudes are counted, in 32 bits: 8 GB of BF16, more than any tensor has. */
export const MAX_COUNTED_ELEMENTS: number = 2 ** 32 - 1

/** Cosine from which two tensors count as colinear: sin Ω is 0.03 there, and a line as good as an arc. */
export const COLINEAR_COSINE = 0.9995

/** Norm up to which a tensor has no direction. */
export const LEAST_NORM = 1e-8

/** Least ε of Fisher merging: times a coefficient it is still no subnormal f32. */
export const LEAST_EPSILON = 1e-30

/** Least part of the changes that is kept: of 2³² random words four still fall below it. */
export const LEAST_DENSITY = 1e-9

/** Largest part that is trimmed at either end: below ½, so that something is left. */
export const MAX_TRIM = 0.4999
