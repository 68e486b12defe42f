import type { Checkpoint, FloatDtype } from '@soup/tensor'
import { invalid } from '../contents.ts'
import { MAX_LOSS_CHARACTERS } from '../limits.ts'
import { type Values, visitValues } from './values.ts'

/** How far what a lossy payload decodes to is from the expert. */
export interface Loss {
  /** ‖Δ̂ − Δ‖₂ / ‖Δ‖₂ with Δ = θᵢ − θ₀ and Δ̂ = θ̂ − θ₀, θ̂ being what decoding gives; 0 where nothing changed. */
  relativeError: number
  /** ⟨Δ̂, Δ⟩ / (‖Δ̂‖₂ ‖Δ‖₂); 1 where nothing changed, 0 where Δ̂ = 0 alone. */
  cosine: number
}

/** Adds up what a {@link Loss} is made of, in f64, in the order in which elements are given. */
export class LossSum {
  #error = 0
  #delta = 0
  #rebuilt = 0
  #product = 0

  /** Adds a piece of each, not mutated. */
  add(expert: Uint8Array, base: Uint8Array, rebuilt: Uint8Array, dtype: FloatDtype): void {
    visitValues([expert, base, rebuilt], dtype, ([ours, theirs, estimate]) =>
      this.#addValues(ours!, theirs!, estimate!)
    )
  }

  /** Adds what another sum has. */
  merge(other: LossSum): void {
    this.#error += other.#error
    this.#delta += other.#delta
    this.#rebuilt += other.#rebuilt
    this.#product += other.#product
  }

  /** Whether all that was added is finite. */
  get isFinite(): boolean {
    return Number.isFinite(this.#error + this.#delta + this.#rebuilt + this.#product)
  }

  #addValues(expert: Values, base: Values, rebuilt: Values): void {
    let error = 0
    let delta = 0
    let estimate = 0
    let product = 0
    for (let i = 0; i < base.length; i++) {
      const d = expert[i]! - base[i]!
      const e = rebuilt[i]! - base[i]!
      error += (e - d) * (e - d)
      delta += d * d
      estimate += e * e
      product += d * e
    }
    this.#error += error
    this.#delta += delta
    this.#rebuilt += estimate
    this.#product += product
  }

  /** What has been added so far. */
  loss(): Loss {
    const length = Math.sqrt(this.#delta)
    if (length === 0) return { relativeError: Math.sqrt(this.#error), cosine: 1 }
    const lengths = length * Math.sqrt(this.#rebuilt)
    const cosine = lengths === 0 ? 0 : this.#product / lengths
    return {
      relativeError: Math.sqrt(this.#error) / length,
      // Rounding may carry it past 1.
      cosine: Math.max(-1, Math.min(1, cosine))
    }
  }
}

/** Writes a loss as the payload's metadata hold it. */
export function encodeLoss({ relativeError, cosine }: Loss): string {
  return JSON.stringify({ relativeError, cosine })
}

/**
 * What a payload says that its codec lost: the publisher's claim, which only somebody with the expert can check.
 *
 * @returns undefined for a payload that claims none: an exact one
 * @throws {DeltaError} `DELTA_INVALID` when it is there and no loss
 */
export function payloadLoss(payload: Checkpoint): Loss | undefined {
  const text = payload.metadata.get('soup.loss')
  if (text === undefined) return undefined
  const { relativeError, cosine } = parse(payload, text)
  if (isNumber(relativeError, 0, Number.MAX_VALUE) && isNumber(cosine, -1, 1)) {
    return { relativeError, cosine }
  }
  throw invalid(payload, 'its soup.loss is not a relative error and a cosine')
}

function parse(payload: Checkpoint, text: string): { relativeError?: unknown; cosine?: unknown } {
  if (text.length > MAX_LOSS_CHARACTERS) throw invalid(payload, 'its soup.loss is too long')
  try {
    return Object(JSON.parse(text))
  } catch (error) {
    throw invalid(payload, 'its soup.loss is not JSON', undefined, error)
  }
}

function isNumber(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && value >= min && value <= max
}
