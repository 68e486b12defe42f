/** A rectangle in pixels. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A text that belongs to a mark. */
export interface LabelRequest {
  /** Centre of the mark. */
  readonly x: number
  readonly y: number
  /** Radius of the mark. */
  readonly radius: number
  readonly width: number
  readonly height: number
  /** Leave the text away rather than draw it over something. */
  readonly isOptional: boolean
}

/** What a label should stay clear of, and how much it matters. */
export interface Obstacle extends Box {
  readonly cost: number
}

const DIRECTIONS: readonly (readonly [number, number])[] = [
  [1, 0],
  [-1, 0],
  [0, -1],
  [0, 1],
  [1, -1],
  [-1, -1],
  [1, 1],
  [-1, 1]
]

/** Gaps between mark and label that are tried, in pixels: the nearest that is free wins. */
const GAPS: readonly number[] = [4, 14, 28, 46, 70]

const COST_OF_LABEL = 1000
const COST_OF_LEAVING = 10_000

/** Cost at which an optional label is left away: it would cover a mark or another label. */
const MAX_OPTIONAL_COST = 10

/**
 * Places labels beside their marks one after another, each where it covers least, so the important ones
 * come first.
 *
 * @param requests labels in order of importance
 * @param obstacles marks and lines
 * @param bounds labels stay inside
 * @returns one box per request, undefined where an optional label found no free place
 */
export function placeLabels(
  requests: readonly LabelRequest[],
  obstacles: readonly Obstacle[],
  bounds: Box
): (Box | undefined)[] {
  const taken: Obstacle[] = [...obstacles]
  return requests.map(request => {
    const { box, cost } = cheapest(request, taken, bounds)
    if (request.isOptional && cost >= MAX_OPTIONAL_COST) return undefined
    taken.push({ ...box, cost: COST_OF_LABEL })
    return box
  })
}

function cheapest(
  request: LabelRequest,
  taken: readonly Obstacle[],
  bounds: Box
): { box: Box; cost: number } {
  const gaps = request.isOptional ? GAPS.slice(0, 1) : GAPS
  const near = taken.filter(it => overlaps(it, reachOf(request, gaps.at(-1)!)))
  const candidates = gaps.flatMap((gap, ring) =>
    DIRECTIONS.map((direction, order) => {
      const box = boxBeside(request, direction, gap)
      const covered = near.reduce((sum, it) => sum + (overlaps(box, it) ? it.cost : 0), 0)
      const outside = isInside(box, bounds) ? 0 : COST_OF_LEAVING
      return { box, cost: covered + outside + ring + order / DIRECTIONS.length }
    })
  )
  return candidates.reduce((best, candidate) => (candidate.cost < best.cost ? candidate : best))
}

/** Where the labels of a request can lie at all. */
function reachOf({ x, y, radius, width, height }: LabelRequest, gap: number): Box {
  const [right, down] = [radius + gap + width, radius + gap + height]
  return { x: x - right, y: y - down, width: 2 * right, height: 2 * down }
}

function boxBeside(
  { x, y, radius, width, height }: LabelRequest,
  [right, down]: readonly [number, number],
  gap: number
): Box {
  const shift = (radius + gap) * (right !== 0 && down !== 0 ? Math.SQRT1_2 : 1)
  return {
    x: x + right * shift + ((right - 1) / 2) * width,
    y: y + down * shift + ((down - 1) / 2) * height,
    width,
    height
  }
}

/** Tells whether two boxes share area. */
export function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

function isInside(box: Box, bounds: Box): boolean {
  return (
    box.x >= bounds.x &&
    box.y >= bounds.y &&
    box.x + box.width <= bounds.x + bounds.width &&
    box.y + box.height <= bounds.y + bounds.height
  )
}
