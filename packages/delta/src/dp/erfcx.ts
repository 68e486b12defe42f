/** From here on the continued fraction converges: the terms below give 1e-15. */
const FRACTION_FROM = 2

/** Terms of the continued fraction. */
const FRACTION_TERMS = 200

/** Terms of the series, for arguments up to {@link FRACTION_FROM}. */
const SERIES_TERMS = 60

/**
 * The scaled complementary error function, for results that would underflow without the scale:
 *
 *     erfcx(x) = exp(x²) · erfc(x) = exp(x²) · 2/√π · ∫ₓ^∞ exp(−t²) dt
 *
 * By the series of erf (NIST DLMF 7.6.2) for small x, by the continued fraction (DLMF 7.9.1) for large ones. The
 * relative error is below 1e-12.
 *
 * @param x not negative
 */
export function erfcx(x: number): number {
  return x < FRACTION_FROM ? Math.exp(x * x) - series(x) : fraction(x)
}

/** exp(x²) · erf(x) = 2/√π · Σ 2ⁿ x²ⁿ⁺¹ / (1·3···(2n+1)), whose terms are all positive. */
function series(x: number): number {
  let term = x
  let sum = 0
  for (let n = 1; n <= SERIES_TERMS; n++) {
    sum += term
    term *= (2 * x * x) / (2 * n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

/** 1/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + ...)))), from the inside out. */
function fraction(x: number): number {
  let tail = x
  for (let n = FRACTION_TERMS; n > 0; n--) tail = x + n / 2 / tail
  return 1 / (Math.sqrt(Math.PI) * tail)
}
