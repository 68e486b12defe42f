import { ParetoError } from './errors.ts'
import { MAX_PREFERENCE_LENGTH } from './limits.ts'

/**
 * A user's importance μ_k per reward, by the reward's name: at least 0 each, summing to 1. A reward that
 * the user did not name has 0. It is another type than λ, which has one coefficient per expert.
 */
export type Preference = ReadonlyMap<string, number>

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/**
 * Reads a preference such as `risky=0.3,cautious=0.7`.
 *
 * Only the proportions of importances mean anything (no choice of λ changes when all are doubled), so they
 * need not sum to 1: `risky=3,cautious=7` is the same preference. They come back summing to 1, which is
 * what results show.
 *
 * @param text `NAME=NUMBER` joined by commas, in any order
 * @param rewards names that exist
 * @throws {ParetoError} `PREFERENCE_INVALID`
 */
export function parsePreference(text: string, rewards: readonly string[]): Preference {
  if (text.length > MAX_PREFERENCE_LENGTH) {
    throw invalid(`preference has ${text.length} characters, at most ${MAX_PREFERENCE_LENGTH}`)
  }
  const given = new Map<string, number>()
  for (const part of text.split(',')) {
    const [name, importance] = parsePart(part, rewards)
    if (given.has(name)) throw invalid(`preference names the reward '${name}' twice`)
    given.set(name, importance)
  }
  const sum = [...given.values()].reduce((total, importance) => total + importance, 0)
  if (!(sum > 0 && Number.isFinite(sum))) {
    throw invalid(`preference '${text}' needs an importance above 0 (and a finite sum)`)
  }
  return new Map(rewards.map(name => [name, (given.get(name) ?? 0) / sum]))
}

function parsePart(part: string, rewards: readonly string[]): [string, number] {
  const equals = part.lastIndexOf('=')
  const name = part.slice(0, Math.max(equals, 0)).trim()
  const number = part.slice(equals + 1).trim()
  if (equals < 0) {
    throw invalid(`preference '${part.trim()}' is not NAME=NUMBER, such as ${rewards[0]}=0.5`)
  }
  if (!rewards.includes(name)) {
    throw invalid(`preference names '${name}', but the rewards are ${rewards.join(', ')}`)
  }
  const importance = Number(number)
  if (!DECIMAL.test(number) || !Number.isFinite(importance) || importance < 0) {
    throw invalid(`importance of '${name}' must be a number of at least 0, got '${number}'`)
  }
  return [name, importance]
}

function invalid(message: string): ParetoError {
  return new ParetoError('PREFERENCE_INVALID', message)
}
