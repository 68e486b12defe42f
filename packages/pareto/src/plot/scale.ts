/** Share of the values' span that is left free at both ends of an axis. */
const PADDING = 0.07

/** Spans below this share of the largest value are widened: float64 could not tell their ticks apart. */
const MIN_RELATIVE_SPAN = 1e-9

/** Values below this are 0 to an axis: its steps would leave the range of float64. */
const MIN_SIZE = 1e-200

/** One axis of a plot. */
export interface Axis {
  /** Values at round numbers, ascending, inside the axis. */
  readonly ticks: readonly number[]
  /** Decimals that tell neighbouring ticks apart; negative where tens or hundreds do. */
  readonly decimals: number
  /** Pixel of a value. */
  readonly at: (value: number) => number
}

/**
 * Lays out an axis over values.
 *
 * @param values at least one, finite; every one lies inside the axis
 * @param from pixel of the low end
 * @param to pixel of the high end
 * @param tickCount how many ticks to aim for
 */
export function axisOver(
  values: readonly number[],
  from: number,
  to: number,
  tickCount: number
): Axis {
  const [min, max] = paddedRange(values)
  const step = niceStep((max - min) / tickCount)
  const ticks: number[] = []
  // Multiples, not a running sum: errors do not add up, and 0 is 0.
  for (let k = Math.ceil(min / step); k * step <= max; k++) ticks.push(k * step + 0)
  return {
    ticks,
    decimals: -Math.floor(Math.log10(step) + 1e-9),
    at: value => from + ((value - min) / (max - min)) * (to - from)
  }
}

/** The smallest of 1, 2, 5 times a power of ten that is at least `step`. */
export function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step))
  const factor = [1, 2, 5].find(candidate => candidate * power >= step * (1 - 1e-9)) ?? 10
  return factor * power
}

function paddedRange(values: readonly number[]): [number, number] {
  const low = values.reduce((least, value) => Math.min(least, value))
  const high = values.reduce((most, value) => Math.max(most, value))
  const size = Math.max(Math.abs(low), Math.abs(high))
  if (size < MIN_SIZE) return [-1, 1]
  const isFlat = high - low <= size * MIN_RELATIVE_SPAN
  const padding = isFlat ? size * 0.05 : (high - low) * PADDING
  return [low - padding, high + padding]
}
