import type { PointKind } from '../point.ts'
import { escapeText } from './text.ts'
import type { PlotPoint } from './view.ts'

/** Radius of the marks in pixels: soups are many, the base and the experts are landmarks. */
export const MARK_RADIUS: Readonly<Record<PointKind, number>> = {
  soup: 5.5,
  base: 7,
  expert: 9,
  morl: 8
}

/** Rounds a pixel for the document: a tenth is finer than any screen. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10 + 0)
}

/** The outline of a mark as SVG: circle, square, diamond or triangle, told apart without colour. */
export function markShape(
  kind: PointKind,
  x: number,
  y: number,
  colour: string | undefined
): string {
  const r = MARK_RADIUS[kind]
  const paint =
    colour === undefined ? 'class="sp-mark sp-neutral"' : `class="sp-mark" fill="${colour}"`
  if (kind === 'soup') return `<circle ${paint} cx="${px(x)}" cy="${px(y)}" r="${r}"/>`
  const corners = {
    base: [-0.85, -0.85, 0.85, -0.85, 0.85, 0.85, -0.85, 0.85],
    expert: [0, -1, 1, 0, 0, 1, -1, 0],
    morl: [0, -1, 0.9, 0.7, -0.9, 0.7]
  }[kind]
  const points = corners.map((corner, i) => px((i % 2 === 0 ? x : y) + corner * r))
  return `<polygon ${paint} points="${points.join(' ')}"/>`
}

/** Error bars of one standard error to each side. */
export function errorBars(x: number, y: number, dx: number, dy: number): string {
  return (
    `<path class="sp-error" d="M${px(x - dx)} ${px(y)}H${px(x + dx)}` +
    `M${px(x)} ${px(y - dy)}V${px(y + dy)}"/>`
  )
}

/** A point with its error bars, its ring (shown when it is picked) and its words. */
export function pointMark(point: PlotPoint, isPicked: boolean): string {
  const { x, y, kind, colour } = point
  const classes = ['sp-point']
  if (point.isOnFront) classes.push('sp-front')
  if (isPicked) classes.push('sp-picked')
  return (
    `<g class="${classes.join(' ')}" data-point="${point.index}" role="img">` +
    `<title>${escapeText(point.description)}</title>` +
    markShape(kind, x, y, colour) +
    `<circle class="sp-ring" cx="${px(x)}" cy="${px(y)}" r="${MARK_RADIUS[kind] + 5}"/></g>`
  )
}
