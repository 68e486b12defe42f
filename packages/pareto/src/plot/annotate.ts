import type { Front } from '../document.ts'
import type { Pick } from '../pick.ts'
import { formatCoefficient, formatLambda } from './format.ts'
import { type Box, type LabelRequest, type Obstacle, placeLabels } from './labels.ts'
import { MARK_RADIUS, px } from './marks.ts'
import { ellipsize, escapeText, textWidth } from './text.ts'
import { FONT_SIZE } from './theme.ts'
import { expertLabel, type PlotPoint } from './view.ts'

const MAX_LABEL_WIDTH = 190
const LINE_HEIGHT = FONT_SIZE + 4

/** With more soups than this, no λ is written: few would find room, after a long search. */
const MAX_LABELLED_SOUPS = 60

/** Pixels between the samples that keep labels off a line. */
const LINE_SAMPLE = 8

/** A label may cross a line where it must, an error bar rather not, a mark never. */
const COST_OF_LINE = 0.4
const COST_OF_BAR = 3
const COST_OF_MARK = 30

/** A label this far from its mark gets a line to it. */
const LEADER_DISTANCE = 12

interface Label {
  readonly point: PlotPoint
  readonly text: string
  readonly isOptional: boolean
}

/**
 * Writes the labels into a plot: the picked λ, the base and the experts always; the λ of soups where there
 * is room. MORL points, which can be many, have their shape.
 *
 * @param lines pairs of ends of the lines that labels should rather not cross
 * @returns SVG
 */
export function drawLabels(
  front: Front,
  points: readonly PlotPoint[],
  lines: readonly (readonly [PlotPoint, PlotPoint])[],
  bounds: Box,
  pick: Pick | undefined
): string {
  const labels = labelsOf(front, points, pick)
  const requests = labels.map(requestOf)
  const obstacles = [...points.flatMap(markBoxes), ...lines.flatMap(([a, b]) => sampleLine(a, b))]
  const boxes = placeLabels(requests, obstacles, bounds)
  return labels
    .map((label, i) => (boxes[i] === undefined ? '' : drawLabel(label, boxes[i])))
    .join('')
}

function labelsOf(front: Front, points: readonly PlotPoint[], pick: Pick | undefined): Label[] {
  const texts = points.map(point => {
    const { kind, lambda } = front.points[point.index]!
    if (kind === 'expert') return expertLabel(front.experts[lambda.indexOf(1)]!)
    if (kind === 'soup') return isOneHot(lambda) ? '' : formatPlace(point.place)
    return kind === 'base' ? 'base' : ''
  })
  const named = points
    .map((point, i): Label => {
      return { point, text: texts[i]!, isOptional: point.kind === 'soup' }
    })
    .filter(label => label.text !== '')
  const optional = named.filter(label => label.isOptional)
  const soups = optional.length > MAX_LABELLED_SOUPS ? [] : optional
  const picked = points.filter(point => point.index === pick?.point)
  return [
    ...picked.map(point => ({
      point,
      text: `picked λ = ${formatLambda(pick!.lambda)}`,
      isOptional: false
    })),
    ...named.filter(label => !label.isOptional),
    ...soups.filter(label => !picked.includes(label.point))
  ]
}

/** Where an expert's own label stands. */
function isOneHot(lambda: readonly number[]): boolean {
  return lambda.every(coefficient => coefficient === 0 || coefficient === 1)
}

function formatPlace(place: number | undefined): string {
  return place === undefined ? '' : formatCoefficient(place)
}

function requestOf({ point, text, isOptional }: Label): LabelRequest {
  return {
    x: point.x,
    y: point.y,
    radius: MARK_RADIUS[point.kind],
    width: Math.min(textWidth(text, FONT_SIZE), MAX_LABEL_WIDTH),
    height: LINE_HEIGHT,
    isOptional
  }
}

/** What a point covers: its mark and both error bars. */
function markBoxes({ kind, x, y, dx, dy }: PlotPoint): Obstacle[] {
  const r = MARK_RADIUS[kind]
  return [
    { x: x - r, y: y - r, width: 2 * r, height: 2 * r, cost: COST_OF_MARK },
    { x: x - dx, y: y - 1, width: 2 * dx, height: 2, cost: COST_OF_BAR },
    { x: x - 1, y: y - dy, width: 2, height: 2 * dy, cost: COST_OF_BAR }
  ]
}

function sampleLine(a: PlotPoint, b: PlotPoint): Obstacle[] {
  const count = Math.ceil(Math.hypot(b.x - a.x, b.y - a.y) / LINE_SAMPLE)
  return Array.from({ length: count }, (_, i) => ({
    x: a.x + ((b.x - a.x) * i) / count,
    y: a.y + ((b.y - a.y) * i) / count,
    width: 1,
    height: 1,
    cost: COST_OF_LINE
  }))
}

function drawLabel({ point, text, isOptional }: Label, box: Box): string {
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  // The end of the leader is the nearest place on the label's box.
  const endX = Math.min(Math.max(point.x, box.x), box.x + box.width)
  const endY = Math.min(Math.max(point.y, box.y), box.y + box.height)
  const distance = Math.hypot(endX - point.x, endY - point.y) - MARK_RADIUS[point.kind]
  const leader =
    distance < LEADER_DISTANCE
      ? ''
      : `<path class="sp-leader" d="M${px(point.x)} ${px(point.y)}L${px(endX)} ${px(endY)}"/>`
  return (
    `${leader}<text class="sp-halo${isOptional ? ' sp-lambda' : ''}" text-anchor="middle" ` +
    `x="${px(x)}" y="${px(y)}" dy="0.35em">` +
    `${escapeText(ellipsize(text, FONT_SIZE, MAX_LABEL_WIDTH))}</text>`
  )
}
