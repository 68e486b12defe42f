import { formatNumber } from './format.ts'
import { px } from './marks.ts'
import type { Axis } from './scale.ts'
import { ellipsize, escapeText, textWidth } from './text.ts'
import { FONT_SIZE } from './theme.ts'
import type { Frame } from './view.ts'

/** Room for tick labels and the title below the frame, in pixels. */
export const X_AXIS_HEIGHT = 52

/** Room for the rotated title and the gap beside the tick labels, in pixels. */
const Y_TITLE_WIDTH = 38

/** Room that an axis needs left of the frame for its title and its widest tick label, in pixels. */
export function yAxisWidth(axis: Axis): number {
  return Y_TITLE_WIDTH + Math.max(...tickTexts(axis).map(text => textWidth(text, FONT_SIZE)))
}

/** Draws grid, ticks, frame and the axes' titles as SVG. */
export function drawAxes(
  frame: Frame,
  x: Axis,
  y: Axis,
  titles: readonly [string, string]
): string {
  const { left, top, right, bottom } = frame
  const columns = x.ticks.map(tick => `M${px(x.at(tick))} ${px(top)}V${px(bottom)}`)
  const rows = y.ticks.map(tick => `M${px(left)} ${px(y.at(tick))}H${px(right)}`)
  const middleX = (left + right) / 2
  const middleY = (top + bottom) / 2
  const titleY = left - yAxisWidth(y) + FONT_SIZE
  return [
    `<path class="sp-grid" d="${[...columns, ...rows].join('')}"/>`,
    `<path class="sp-frame" d="M${px(left)} ${px(top)}V${px(bottom)}H${px(right)}"/>`,
    ...tickTexts(x).map((text, i) => tickText(text, x.at(x.ticks[i]!), bottom + 18, 'middle')),
    ...tickTexts(y).map((text, i) => tickText(text, left - 8, y.at(y.ticks[i]!) + 4.5, 'end')),
    axisTitle(titles[0], right - left, `x="${px(middleX)}" y="${px(bottom + 42)}"`),
    axisTitle(
      titles[1],
      bottom - top,
      `transform="translate(${px(titleY)} ${px(middleY)}) rotate(-90)"`
    )
  ].join('')
}

function tickTexts(axis: Axis): string[] {
  return axis.ticks.map(tick => formatNumber(tick, axis.decimals))
}

function tickText(text: string, x: number, y: number, anchor: string): string {
  return `<text class="sp-muted" text-anchor="${anchor}" x="${px(x)}" y="${px(y)}">${text}</text>`
}

function axisTitle(name: string, maxWidth: number, place: string): string {
  const text = ellipsize(name, FONT_SIZE, maxWidth - 2 * FONT_SIZE)
  return `<text text-anchor="middle" ${place}>${escapeText(text)} →</text>`
}
