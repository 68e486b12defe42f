import type { FrontPoint, MeasuredReward } from '../point.ts'

/** Numbers of this size and above are written with an exponent. */
const LARGE = 1e9

/** Most decimals that are written before an exponent is. */
const MAX_DECIMALS = 6

/** Digits after the point that a float64 fills with an exponent. */
const MAX_EXPONENTIAL_DIGITS = 15

/**
 * Writes a number to so many decimals (of its tens, hundreds... where negative), digits grouped by three:
 * −1,234.5. Very large or fine numbers get an exponent, to the same digit.
 */
export function formatNumber(value: number, decimals: number): string {
  if (value === 0 && decimals > MAX_DECIMALS) return '0'
  if (Math.abs(value) >= LARGE || decimals > MAX_DECIMALS) {
    const digits = Math.floor(Math.log10(Math.abs(value))) + decimals
    return value
      .toExponential(Math.min(Math.max(digits, 0), MAX_EXPONENTIAL_DIGITS))
      .replaceAll('-', '−')
      .replace('e+', 'e')
  }
  const [whole, fraction] = Math.abs(value).toFixed(Math.max(0, decimals)).split('.') as [
    string,
    string?
  ]
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  const digits = fraction === undefined ? grouped : `${grouped}.${fraction}`
  return value < 0 && /[1-9]/.test(digits) ? `−${digits}` : digits
}

/** Writes a number to about four significant digits. */
export function formatFigure(value: number): string {
  if (value === 0) return '0'
  return formatNumber(value, 3 - Math.floor(Math.log10(Math.abs(value))))
}

/** Writes a mean and its standard error, both to the second digit of the standard error. */
export function formatMeasured({ mean, stderr }: MeasuredReward): string {
  if (stderr === 0) return `${formatFigure(mean)} ± 0`
  const decimals = 1 - Math.floor(Math.log10(stderr))
  return `${formatNumber(mean, decimals)} ± ${formatNumber(stderr, decimals)}`
}

/** Writes one coefficient: at most three decimals. */
export function formatCoefficient(coefficient: number): string {
  return formatNumber(Number(coefficient.toFixed(3)), 3).replace(/\.?0+$/, '')
}

/** Writes λ as a tuple, in the order of the experts. */
export function formatLambda(lambda: readonly number[]): string {
  return `(${lambda.map(formatCoefficient).join(', ')})`
}

/** How many seeds a point was measured on, once if they are the same for all rewards. */
export function formatSeeds({ rewards }: FrontPoint): string {
  return [...new Set(rewards.map(reward => reward.n))].join(', ')
}
