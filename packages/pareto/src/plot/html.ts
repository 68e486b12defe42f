import type { Front } from '../document.ts'
import type { PlotOptions } from './view.ts'

/** Draws a front of two rewards. */
export function frontHtml(front: Front, options: PlotOptions = {}): string {
  throw new RangeError(`${front.rewards.length} ${options.width}`)
}
