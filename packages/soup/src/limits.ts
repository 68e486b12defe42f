/**
 * How far the coefficients of a soup may sum from 1: room for decimals like 0.333333, far below what
 * rounding to any dtype does to a delta.
 */
export const LAMBDA_SUM_TOLERANCE = 1e-5
