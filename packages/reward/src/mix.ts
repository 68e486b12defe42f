import { RewardError } from './errors.ts'
import type { Reward } from './index.ts'
import { MAX_MIX_LENGTH, MIX_SUM_TOLERANCE } from './limits.ts'

/** Coefficient μₖ of each reward that counts, by name: non-negative and on the simplex, Σ μₖ = 1. */
export type RewardMix = Readonly<Record<string, number>>

const NUMBER = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/**
 * Reads a mix as a user writes it: `risky` alone, or `risky=0.5,cautious=0.5`.
 *
 * @param text the user's words
 * @param rewards the rewards that exist
 * @returns the mix, checked by {@link checkMix}
 * @throws {RewardError} `MIX_INVALID`, `REWARD_UNKNOWN`
 */
export function parseMix(text: string, rewards: readonly Reward[]): RewardMix {
  if (text.length > MAX_MIX_LENGTH) {
    throw invalid(`it has ${text.length} characters, at most ${MAX_MIX_LENGTH} are read`)
  }
  const parts = text.split(',').map(part => part.trim())
  const entries = parts.length === 1 && !text.includes('=') ? [`${parts[0]}=1`] : parts
  const mix = new Map<string, number>()
  for (const entry of entries) {
    const [name = '', value = '', ...rest] = entry.split('=').map(part => part.trim())
    if (name === '' || rest.length > 0 || !NUMBER.test(value)) {
      throw invalid(`expected NAME=NUMBER with a number of at least 0, got '${entry}'`)
    }
    if (mix.has(name)) throw invalid(`'${name}' stands there twice`)
    mix.set(name, Number(value))
  }
  return checkMix(Object.fromEntries(mix), rewards)
}

/**
 * Checks a mix against the rewards that exist.
 *
 * @param mix coefficients by reward name; rewards that are left out count 0
 * @param rewards the rewards that exist
 * @returns the same mix
 * @throws {RewardError} `REWARD_UNKNOWN` for a name that no reward has; `MIX_INVALID` for a coefficient that
 *   is negative or not finite, or a sum other than 1
 */
export function checkMix(mix: RewardMix, rewards: readonly Reward[]): RewardMix {
  const names = rewards.map(reward => reward.name)
  for (const [name, value] of Object.entries(mix)) {
    if (!names.includes(name)) {
      const message = `there is no reward '${name}'; choose from ${names.join(', ')}`
      throw new RewardError('REWARD_UNKNOWN', message, {
        details: { reward: name, rewards: names }
      })
    }
    if (!Number.isFinite(value) || value < 0) {
      throw invalid(`the coefficient of '${name}' must be at least 0, got ${value}`)
    }
  }
  const total = Object.values(mix).reduce((sum, value) => sum + value, 0)
  if (Math.abs(total - 1) > MIX_SUM_TOLERANCE) {
    throw invalid(`its coefficients must sum to 1, got ${total}`)
  }
  return mix
}

/**
 * Scalarises one episode's rewards: Σₖ μₖRₖ (arXiv 2306.04488, §2.1), summed in the order of the values.
 *
 * @param mix coefficients by reward name; absent ones count 0
 * @param values the episode's reward values by name
 * @returns the weighted sum; 0 when the mix names none of the values
 */
export function scalarize(mix: RewardMix, values: Readonly<Record<string, number>>): number {
  return Object.entries(values).reduce((sum, [name, value]) => sum + (mix[name] ?? 0) * value, 0)
}

function invalid(what: string): RewardError {
  return new RewardError('MIX_INVALID', `not a reward mix: ${what}; write for instance a=0.5,b=0.5`)
}
