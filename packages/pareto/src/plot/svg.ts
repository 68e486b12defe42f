import type { Front } from '../document.ts'
import { drawLabels } from './annotate.ts'
import { drawAxes, X_AXIS_HEIGHT, yAxisWidth } from './axes.ts'
import { flow } from './flow.ts'
import { legendOf } from './legend.ts'
import { errorBars, pointMark, px } from './marks.ts'
import { factsOf, titleOf } from './summary.ts'
import { ellipsize, escapeText, textWidth } from './text.ts'
import { FONT_SIZE, PLOT_STYLE, TITLE_SIZE } from './theme.ts'
import {
  checkTwoRewards,
  DEFAULT_WIDTH,
  type Frame,
  MIN_WIDTH,
  type PlotOptions,
  type PlotPoint,
  type PlotView,
  pathOf,
  plotView
} from './view.ts'

const MARGIN = 16
const LINE_HEIGHT = 20
const SEPARATOR = ' · '

/** Height of the frame: half the width, within what shows a curve and fits a screen. */
const MIN_FRAME_HEIGHT = 260
const MAX_FRAME_HEIGHT = 440

interface Drawing {
  readonly svg: string
  readonly height: number
}

/**
 * Draws a front of two rewards as one self-contained SVG: rewards on the axes, soups coloured by λ with error
 * bars of one standard error, the front emphasised, the chord between the experts dashed. It follows the
 * reader's light or dark scheme; every text from the front is escaped.
 *
 * @param front parsed or built document
 * @param options width, and the choice to mark
 * @throws {RangeError} unless the front has 2 rewards, or when the width is below {@link MIN_WIDTH}
 */
export function frontSvg(front: Front, options: PlotOptions = {}): string {
  const width = options.width ?? DEFAULT_WIDTH
  const heading = drawHeading(front, width)
  const plot = drawPlot(front, width, heading.height, options.pick)
  const style = `<style>${PLOT_STYLE}</style>`
  return svgElement(front, width, plot.height, `${style}${GROUND}${heading.svg}${plot.svg}`)
}

/**
 * Draws the same plot for a page that has {@link PLOT_STYLE}, title and figures of its own, and a script
 * that marks what is picked.
 *
 * @throws {RangeError} as {@link frontSvg}
 */
export function embeddedSvg(front: Front, width: number = DEFAULT_WIDTH): string {
  const plot = drawPlot(front, width, 0, undefined, true)
  return svgElement(front, width, plot.height, GROUND + plot.svg)
}

const GROUND = '<rect class="sp-ground" width="100%" height="100%"/>'

function svgElement(front: Front, width: number, height: number, content: string): string {
  const id = `front-${width}`
  const description = `${factsOf(front).join('; ')}.`
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="sp" role="group" ` +
    `viewBox="0 0 ${px(width)} ${px(height)}" width="${px(width)}" height="${px(height)}" ` +
    `aria-labelledby="${id}-title ${id}-desc">` +
    `<title id="${id}-title">${escapeText(titleOf(front))}</title>` +
    `<desc id="${id}-desc">${escapeText(description)}</desc>${content}</svg>`
  )
}

function drawHeading(front: Front, width: number): Drawing {
  const inner = width - 2 * MARGIN
  const title = ellipsize(titleOf(front), TITLE_SIZE, inner)
  const facts = factsOf(front)
  const { places, lineCount } = flow(
    facts.map(fact => textWidth(fact, FONT_SIZE)),
    textWidth(SEPARATOR, FONT_SIZE),
    inner
  )
  const top = MARGIN + TITLE_SIZE
  const lines = Array.from({ length: lineCount }, (_, line) => {
    const text = facts.filter((_, i) => places[i]!.line === line).join(SEPARATOR)
    const y = px(top + (line + 1.2) * LINE_HEIGHT)
    return `<text class="sp-muted" x="${MARGIN}" y="${y}">${escapeText(ellipsize(text, FONT_SIZE, inner))}</text>`
  })
  return {
    svg: `<text class="sp-title" x="${MARGIN}" y="${px(top)}">${escapeText(title)}</text>${lines.join('')}`,
    height: top + (lineCount + 0.5) * LINE_HEIGHT
  }
}

function drawPlot(
  front: Front,
  width: number,
  top: number,
  pick: PlotOptions['pick'],
  hasPick: boolean = pick !== undefined
): Drawing {
  checkTwoRewards(front)
  if (!(width >= MIN_WIDTH))
    throw new RangeError(`width must be at least ${MIN_WIDTH}, got ${width}`)
  const { frame, view } = layOut(front, width, top + MARGIN)
  const legend = legendOf(front, width - 2 * MARGIN, hasPick)
  const legendTop = frame.bottom + X_AXIS_HEIGHT
  return {
    svg:
      drawAxes(frame, view.x, view.y, front.rewards as [string, string]) +
      drawPoints(front, frame, view.points, pick) +
      legend.draw(MARGIN, legendTop),
    height: legendTop + legend.height + MARGIN / 2
  }
}

/** The frame's left side depends on the tick labels, which depend on its height only. */
function layOut(front: Front, width: number, top: number): { frame: Frame; view: PlotView } {
  const height = Math.min(Math.max(width / 2, MIN_FRAME_HEIGHT), MAX_FRAME_HEIGHT)
  const frame = { left: MARGIN, top, right: width - MARGIN - 4, bottom: top + height }
  const left = MARGIN / 2 + yAxisWidth(plotView(front, frame).y)
  return { frame: { ...frame, left }, view: plotView(front, { ...frame, left }) }
}

function drawPoints(
  front: Front,
  frame: Frame,
  points: readonly PlotPoint[],
  pick: PlotOptions['pick']
): string {
  const path = pathOf(points)
  const experts = points.filter(point => point.kind === 'expert')
  const chords = experts.flatMap((a, i) => experts.slice(i + 1).map(b => [a, b] as const))
  const steps = path.slice(1).map((point, i) => [path[i]!, point] as const)
  const { left, top } = frame
  const bounds = { x: left + 2, y: top, width: frame.right - left, height: frame.bottom - top - 2 }
  // Landmarks first, so that a soup on top of an expert stays visible.
  const marks = points.toSorted((a, b) => order(a) - order(b))
  return [
    ...chords.map(([a, b]) => `<path class="sp-chord" d="${line([a, b])}"/>`),
    path.length > 1 ? `<path class="sp-path" d="${line(path)}"/>` : '',
    ...points.map(({ x, y, dx, dy }) => errorBars(x, y, dx, dy)),
    ...marks.map(point => pointMark(point, point.index === pick?.point)),
    drawLabels(front, points, [...chords, ...steps], bounds, pick)
  ].join('')
}

function order(point: PlotPoint): number {
  return point.kind === 'soup' ? 1 : 0
}

function line(points: readonly PlotPoint[]): string {
  return `M${points.map(point => `${px(point.x)} ${px(point.y)}`).join('L')}`
}
