import { computeIndicators, type FrontIndicators, referencePoint } from './indicators.ts'
import { invalidFront, JsonReader } from './json-reader.ts'
import { MAX_FRONT_LENGTH } from './limits.ts'
import type { FrontPoint } from './point.ts'
import { readFrontInput } from './read-front.ts'

/** An expert that the soups mix; its place in the list is its place in every λ. */
export interface FrontExpert {
  /** Id of the expert's record. */
  readonly id: string
  /** Name of the reward that it was fine-tuned on, as its publisher calls it. */
  readonly reward: string
  /** Name of the expert, if its publisher gave one. */
  readonly name?: string
}

/** What was measured, before anything is computed from it. */
export interface FrontInput {
  /** Id of the base. */
  readonly base: string
  /** Name of the task. */
  readonly task: string
  /** Names of the rewards, in the order of every point's rewards. */
  readonly rewards: readonly string[]
  readonly experts: readonly FrontExpert[]
  /** The base once, every expert once, the soups, and MORL policies if any, in any order. */
  readonly points: readonly FrontPoint[]
}

/** The document `front.json`: the same measurements give the same document. */
export interface Front extends FrontInput {
  /** Version of the document. */
  readonly version: 1
  readonly indicators: FrontIndicators
}

/** Indicators in a file may differ from ours by this share: other programs sum in another order. */
const INDICATOR_TOLERANCE = 1e-9

/**
 * Builds the `front.json` document: `JSON.stringify` writes it, {@link parseFront} reads it.
 *
 * @param input measured points; copied, fields that the document does not know are dropped
 * @throws {ParetoError} `FRONT_INVALID` when a count, a λ or a number is not what the document allows
 */
export function buildFront(input: FrontInput): Front {
  const checked = readFrontInput(new JsonReader(input, ''))
  const indicators = computeIndicators(checked.points, referencePoint(checked.points))
  return { version: 1, ...checked, indicators }
}

/**
 * Parses a `front.json`, whoever wrote it: every count, λ and number is checked, and the figures are
 * computed again from the points. Fields that are not known are ignored.
 *
 * @param text JSON, at most {@link MAX_FRONT_LENGTH} long
 * @throws {ParetoError} `FRONT_INVALID`; details: `path`, the JSON path of what is wrong
 */
export function parseFront(text: string): Front {
  if (text.length > MAX_FRONT_LENGTH) {
    throw invalidFront('', `at most ${MAX_FRONT_LENGTH} characters`, `${text.length}`)
  }
  const document = new JsonReader(parseJson(text), '')
  const version = document.optional('version')?.number() ?? 1
  if (version !== 1) throw invalidFront('version', '1 (a newer version is needed)', `${version}`)
  const input = readFrontInput(document)
  const stored = document.field('indicators')
  const axes = input.rewards.length
  const reference = stored.field('reference').items(axes, axes)
  const indicators = computeIndicators(
    input.points,
    reference.map(item => item.number())
  )
  checkFigure(stored.field('hypervolume'), indicators.hypervolume)
  checkFigure(stored.field('chordViolations'), indicators.chordViolations)
  return { version, ...input, indicators }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalidFront('', 'JSON', 'something else', cause)
  }
}

function checkFigure(stored: JsonReader, computed: number | null): void {
  const expected = `${computed}, as computed from the points`
  if (computed === null || stored.isNull()) {
    if (computed !== null || !stored.isNull()) throw stored.error(expected)
    return
  }
  const figure = stored.number(Number.POSITIVE_INFINITY)
  if (Math.abs(figure - computed) > INDICATOR_TOLERANCE * Math.abs(computed)) {
    throw stored.error(expected)
  }
}
