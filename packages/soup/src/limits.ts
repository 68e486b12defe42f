/**
 * How far the coefficients of a soup may sum from 1: room for decimals like 0.333333, far below what
 * rounding to any dtype does to a delta.
 */
export const LAMBDA_SUM_TOLERANCE = 1e-5

/**
 * Most characters of the patterns of a soup's λ times characters of the names that they are tried on: a step of matching
 * takes 5 ns at the worst, all of them 20 s. A pattern for each of 1,000 tensors needs half of it.
 */
export const MAX_GLOB_STEPS: number = 2 ** 32

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
