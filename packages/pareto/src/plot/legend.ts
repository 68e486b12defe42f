import type { Front } from '../document.ts'
import { type Flow, flow } from './flow.ts'
import { errorBars, markShape, px } from './marks.ts'
import { ellipsize, escapeText, textWidth } from './text.ts'
import { COLOUR_STEPS, FONT_SIZE, lambdaColour } from './theme.ts'
import { expertLabel } from './view.ts'

const LINE_HEIGHT = 24
const SYMBOL_WIDTH = 26
const BAR_STEP_WIDTH = 9
const GAP = 20

interface Entry {
  readonly width: number
  /** Draws the entry from its left end, vertically centred on y. */
  readonly draw: (x: number, y: number) => string
}

/** The legend: what every mark and line means, in as many lines as the width needs. */
export interface Legend {
  /** In pixels. */
  readonly height: number
  /** Draws the legend with its top left corner here. */
  readonly draw: (left: number, top: number) => string
}

/** Lays the legend of a front out over `width` pixels. */
export function legendOf(front: Front, width: number, hasPick: boolean): Legend {
  const entries = entriesOf(front, width, hasPick)
  const { places, lineCount }: Flow = flow(
    entries.map(entry => entry.width),
    GAP,
    width
  )
  return {
    height: lineCount * LINE_HEIGHT,
    draw: (left, top) =>
      entries
        .map((entry, i) => {
          const { x, line } = places[i]!
          return entry.draw(left + x, top + (line + 0.5) * LINE_HEIGHT)
        })
        .join('')
  }
}

function entriesOf(front: Front, width: number, hasPick: boolean): Entry[] {
  const middle = lambdaColour(0.5)
  const mark = (kind: 'soup' | 'base' | 'expert' | 'morl', colour?: string) => {
    return (x: number, y: number): string => markShape(kind, x + 9, y, colour)
  }
  const isOnFront = (x: number, y: number): string =>
    `<g class="sp-front">${mark('soup', middle)(x, y)}</g>`
  const chord = (x: number, y: number): string =>
    `<path class="sp-chord" d="M${px(x - 3)} ${px(y)}h24"/>`
  const ring = (x: number, y: number): string =>
    `<g class="sp-picked"><circle class="sp-ring" cx="${px(x + 9)}" cy="${px(y)}" r="8"/></g>`
  return [
    ...(front.experts.length <= 2 ? [colourBar(front, width)] : []),
    entry('soup', mark('soup', middle)),
    entry('on the front', isOnFront),
    entry('base', mark('base')),
    entry('expert', mark('expert', middle)),
    ...(front.points.some(point => point.kind === 'morl') ? [entry('MORL', mark('morl'))] : []),
    ...(front.experts.length > 1 ? [entry('chord', chord)] : []),
    entry('± 1 standard error', (x, y) => errorBars(x + 9, y, 9, 9)),
    ...(hasPick ? [entry('picked', ring)] : [])
  ]
}

function entry(text: string, symbol: (x: number, y: number) => string): Entry {
  return {
    width: SYMBOL_WIDTH + textWidth(text, FONT_SIZE),
    draw: (x, y) => symbol(x, y) + legendText(text, x + SYMBOL_WIDTH, y)
  }
}

function colourBar(front: Front, width: number): Entry {
  const bar = COLOUR_STEPS * BAR_STEP_WIDTH
  const label = ellipsize(`λ of ${expertLabel(front.experts.at(-1)!)}`, FONT_SIZE, width - bar - 50)
  const start = textWidth(`${label}  0 `, FONT_SIZE)
  const step = (k: number, x: number, y: number): string =>
    `<rect x="${px(x + k * BAR_STEP_WIDTH)}" y="${px(y - 6)}" width="${BAR_STEP_WIDTH}" ` +
    `height="12" fill="${lambdaColour(k / (COLOUR_STEPS - 1))}"/>`
  return {
    width: start + bar + 6 + textWidth('1', FONT_SIZE),
    draw: (x, y) =>
      legendText(label, x, y) +
      `<text class="sp-muted" text-anchor="end" x="${px(x + start - 5)}" y="${px(y)}" dy="0.35em">0</text>` +
      Array.from({ length: COLOUR_STEPS }, (_, k) => step(k, x + start, y)).join('') +
      `<text class="sp-muted" x="${px(x + start + bar + 5)}" y="${px(y)}" dy="0.35em">1</text>`
  }
}

function legendText(text: string, x: number, y: number): string {
  return `<text class="sp-muted" x="${px(x)}" y="${px(y)}" dy="0.35em">${escapeText(text)}</text>`
}
