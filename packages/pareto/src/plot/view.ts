import type { Front, FrontExpert } from '../document.ts'
import { nonDominated } from '../dominance.ts'
import type { Pick } from '../pick.ts'
import { type FrontPoint, isMixture, meansOf, type PointKind } from '../point.ts'
import { formatLambda, formatMeasured, formatSeeds } from './format.ts'
import { type Axis, axisOver } from './scale.ts'
import { lambdaColour } from './theme.ts'

/** Settings of a plot. */
export interface PlotOptions {
  /** Width in CSS pixels, {@link DEFAULT_WIDTH} unless given, at least {@link MIN_WIDTH}. */
  readonly width?: number
  /** A choice of λ to mark. */
  readonly pick?: Pick
}

/** Width of a plot in CSS pixels. */
export const DEFAULT_WIDTH: number = 860

/** Least width: axes and legend need it. */
export const MIN_WIDTH: number = 320

/** A measured point where it is drawn. */
export interface PlotPoint {
  /** Index in the front. */
  readonly index: number
  readonly kind: PointKind
  /** Centre, in pixels. */
  readonly x: number
  readonly y: number
  /** Half lengths of the error bars, in pixels. */
  readonly dx: number
  readonly dy: number
  /** Place between the experts, the λ of the last one; undefined unless there are one or two. */
  readonly place: number | undefined
  readonly colour: string | undefined
  readonly isOnFront: boolean
  /** λ, rewards and n in words, one a line. */
  readonly description: string
}

/** Where the axes lie, in pixels. */
export interface Frame {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Everything that is drawn inside the frame. */
export interface PlotView {
  readonly x: Axis
  readonly y: Axis
  readonly points: readonly PlotPoint[]
}

/**
 * Lays a front of two rewards out in a frame.
 *
 * @throws {RangeError} unless the front has 2 rewards
 */
export function plotView(front: Front, frame: Frame): PlotView {
  checkTwoRewards(front)
  const x = axisOver(valuesOf(front, 0), frame.left, frame.right, (frame.right - frame.left) / 90)
  const y = axisOver(valuesOf(front, 1), frame.bottom, frame.top, (frame.bottom - frame.top) / 60)
  const members = new Set(nonDominated(meansOf(front.points)))
  const points = front.points.map((point, index): PlotPoint => {
    const [first, second] = point.rewards
    const place = placeOf(front, point)
    return {
      index,
      kind: point.kind,
      x: x.at(first!.mean),
      y: y.at(second!.mean),
      dx: x.at(first!.mean + first!.stderr) - x.at(first!.mean),
      dy: y.at(second!.mean) - y.at(second!.mean + second!.stderr),
      place,
      colour: isMixture(point) ? lambdaColour(place ?? 0.5) : undefined,
      isOnFront: members.has(index),
      description: describePoint(front, index, members.has(index))
    }
  })
  return { x, y, points }
}

/** @throws {RangeError} unless the front has 2 rewards */
export function checkTwoRewards(front: Front): void {
  if (front.rewards.length !== 2) {
    throw new RangeError(`a front is drawn for 2 rewards, this one has ${front.rewards.length}`)
  }
}

/** What an expert is called in a plot. */
export function expertLabel(expert: FrontExpert): string {
  return expert.name ?? expert.reward
}

/** λ, rewards with standard errors and n of a point in words, one a line. */
export function describePoint(front: Front, index: number, isOnFront: boolean): string {
  const point = front.points[index]!
  const lambda = point.kind === 'morl' ? '' : `, λ = ${formatLambda(point.lambda)}`
  const rewards = point.rewards.map((reward, k) => `${front.rewards[k]} ${formatMeasured(reward)}`)
  const place = isOnFront ? 'on the front' : 'dominated'
  return [
    `${nameOf(front, point)}${lambda}`,
    ...rewards,
    `n = ${formatSeeds(point)}, ${place}`
  ].join('\n')
}

/** The soups and experts in the order of λ, where one or two experts order them. */
export function pathOf(points: readonly PlotPoint[]): PlotPoint[] {
  const placed = points.filter(point => point.place !== undefined)
  return placed.sort((a, b) => a.place! - b.place! || a.index - b.index)
}

function nameOf(front: Front, { kind, lambda }: FrontPoint): string {
  if (kind === 'expert') return `expert ${expertLabel(front.experts[lambda.indexOf(1)]!)}`
  return kind === 'morl' ? 'MORL' : kind
}

function placeOf(front: Front, point: FrontPoint): number | undefined {
  const isOrdered = isMixture(point) || (point.kind === 'base' && front.experts.length === 1)
  return front.experts.length <= 2 && isOrdered ? point.lambda.at(-1) : undefined
}

function valuesOf(front: Front, k: number): number[] {
  return front.points.flatMap(point => {
    const { mean, stderr } = point.rewards[k]!
    return [mean - stderr, mean + stderr]
  })
}
