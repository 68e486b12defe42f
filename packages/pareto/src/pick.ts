import type { Front } from './document.ts'
import { nonDominated } from './dominance.ts'
import { isMixture, meansOf } from './point.ts'
import type { Preference } from './preference.ts'

/** The λ chosen for a preference, as `soup-node pick` prints it. */
export interface Pick {
  /** μ by reward, summing to 1. */
  readonly preference: Readonly<Record<string, number>>
  /** One coefficient per expert. */
  readonly lambda: readonly number[]
  /** Measured mean of every reward at that λ, in the rewards' own units. */
  readonly expected: readonly number[]
  /** Standard error of each expected reward. */
  readonly stderr: readonly number[]
  /** Each expected reward where 0 is the base and 1 the best expert on it: what was maximised. */
  readonly normalised: readonly number[]
  /** Index of the point in the front. */
  readonly point: number
}

/**
 * Chooses λ for a preference: the measured soup with the largest Σ_k μ_k R̃_k.
 *
 * R̃_k = (R_k − R_k(θ₀)) / (max_i R_k(θᵢ) − R_k(θ₀)): 0 is the base, 1 the best expert on reward k, so
 * importances compare gains and not units. Where no expert is better than the base on reward k, the
 * spread of the soups on it stands in for the denominator. Rewarded Soups, Lemma 1 (B.1): the
 * maximiser is on the front. The search therefore looks only at the soups that no other soup
 * dominates, which also keeps the promise where an importance is 0 or rounding ties two scores. Among
 * equals the first in the document wins.
 *
 * Candidates are soups and experts (an expert is the soup of a one-hot λ); never the base, nor MORL.
 *
 * @param front parsed or built document
 * @param preference μ over the front's rewards, from {@link parsePreference}
 * @throws {RangeError} when the preference is about other rewards than the front
 */
export function pickLambda(front: Front, preference: Preference): Pick {
  const mu = front.rewards.map(name => importanceOf(preference, name))
  const { indices, normalised } = candidatesOf(front)
  const best = bestCandidate(mu, normalised)
  const index = indices[best]!
  const { lambda, rewards } = front.points[index]!
  return {
    preference: Object.fromEntries(front.rewards.map((name, k) => [name, mu[k]!])),
    lambda,
    expected: rewards.map(reward => reward.mean),
    stderr: rewards.map(reward => reward.stderr),
    normalised: normalised[best]!,
    point: index
  }
}

/** What a preference chooses from: indices of points, and their normalised rewards beside. */
export interface Candidates {
  readonly indices: readonly number[]
  readonly normalised: readonly (readonly number[])[]
}

/** The soups and experts that no other one dominates, in the document's order. */
export function candidatesOf(front: Front): Candidates {
  const mixtures = front.points.flatMap((point, index) => (isMixture(point) ? [index] : []))
  const means = meansOf(mixtures.map(index => front.points[index]!))
  const axes = front.rewards.map((_, k) => axisOf(front, k))
  const members = nonDominated(means)
  return {
    indices: members.map(member => mixtures[member]!),
    normalised: members.map(member =>
      axes.map(({ zero, unit }, k) => (means[member]![k]! - zero) / unit)
    )
  }
}

/** Index of the first candidate with the largest Σ_k μ_k R̃_k. */
export function bestCandidate(
  mu: readonly number[],
  normalised: readonly (readonly number[])[]
): number {
  const scores = normalised.map(rewards =>
    rewards.reduce((sum, reward, k) => sum + mu[k]! * reward, 0)
  )
  return scores.reduce((best, score, index) => (score > scores[best]! ? index : best), 0)
}

function axisOf(front: Front, k: number): { zero: number; unit: number } {
  const meansWhere = (isWanted: (kind: string) => boolean): number[] =>
    front.points.filter(point => isWanted(point.kind)).map(point => point.rewards[k]!.mean)
  const zero = meansWhere(kind => kind === 'base')[0]!
  const gain = Math.max(...meansWhere(kind => kind === 'expert')) - zero
  if (gain > 0) return { zero, unit: gain }
  const mixtures = meansWhere(kind => kind === 'expert' || kind === 'soup')
  return { zero, unit: Math.max(...mixtures) - Math.min(...mixtures) || 1 }
}

function importanceOf(preference: Preference, name: string): number {
  const importance = preference.get(name)
  if (importance === undefined) {
    throw new RangeError(`preference says nothing about the reward '${name}'`)
  }
  return importance
}
