import type { Block, Checkpoint, FloatDtype, Precision } from '@soup/tensor'
import type { PointwiseTensor } from './pointwise.ts'
import { floatDtype, precisionOf, valueBytes, valuesTensor } from './tensors.ts'

/** How changes are thinned out and mixed, in which order. */
export interface ThinnedTensorInit {
  /** The base, then the experts that count. */
  terms: readonly Checkpoint[]
  name: string
  to: FloatDtype
  /**
   * Sets elements of one expert back to the base.
   *
   * @param values the expert's, overwritten
   * @param base θ₀'s; what lies behind the elements may be overwritten
   * @param elements how many, and the index of the first
   */
  thin(
    expert: number,
    values: Block,
    base: Block,
    elements: { precision: Precision; length: number; first: number }
  ): void
  /** Mixes blocks of the base and the thinned experts. */
  mix(precision: Precision, values: readonly Block[], out: Block, sizeBytes: number): void
}

/** A tensor to which each expert contributes some of its changes only. */
export function thinnedTensor({ terms, name, to, thin, mix }: ThinnedTensorInit): PointwiseTensor {
  const precision = precisionOf(floatDtype(terms[0]!, name), to)
  return valuesTensor(terms, name, to, (values, out, length, first) => {
    const [base, ...experts] = values
    for (const [k, expert] of experts.entries()) {
      thin(k, expert, base!, { precision, length, first })
    }
    mix(precision, values, out, length * valueBytes(precision))
  })
}
