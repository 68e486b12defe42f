import type { Pick } from '../pick.ts'

/** Settings of a plot. */
export interface PlotOptions {
  /** Width in CSS pixels, {@link DEFAULT_WIDTH} unless given. */
  readonly width?: number
  /** A choice of λ to mark. */
  readonly pick?: Pick
}

/** Width of a plot in CSS pixels. */
export const DEFAULT_WIDTH: number = 860
