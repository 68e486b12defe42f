import {
  type AffineDtype,
  affine,
  type Block,
  type Checkpoint,
  type FloatDtype,
  floatBytes,
  floatCodec,
  isAffineDtype
} from '@soup/tensor'
import { combine } from './combine.ts'
import type { PointwiseTensor } from './pointwise.ts'
import { floatDtype, precisionOf, valueBytes, valuesTensor } from './tensors.ts'

/** Computes a block of `sizeBytes` from blocks of elements of the same dtype. */
export type ComputeElements = (
  dtype: AffineDtype,
  inputs: readonly Block[],
  out: Block,
  sizeBytes: number
) => void

/**
 * A tensor that is computed from stored elements to stored elements where {@link mix} knows their dtype, else from
 * decoded values.
 */
export function mixedTensor(
  terms: readonly Checkpoint[],
  name: string,
  to: FloatDtype,
  compute: ComputeElements
): PointwiseTensor {
  const from = floatDtype(terms[0]!, name)
  if (from === to && isAffineDtype(from)) {
    const width = floatBytes(from)
    return {
      terms,
      combine: (inputs, out, length) => compute(from, inputs, out, length * width)
    }
  }
  const precision = precisionOf(from, to)
  return valuesTensor(terms, name, to, (values, out, length) =>
    compute(precision, values, out, length * valueBytes(precision))
  )
}

/**
 * The affine combination of {@link combine}, from a block of elements of each term to a block of them.
 *
 * @param terms the reference first; what lies behind `sizeBytes` is overwritten
 * @param lambda one coefficient a term
 * @param out takes the result; none of the terms
 */
export function mix(
  dtype: AffineDtype,
  terms: readonly Block[],
  lambda: readonly number[],
  out: Block,
  sizeBytes: number
): void {
  if (affine(dtype, terms, lambda, out, sizeBytes)) return
  // Some element isn't finite.
  const pieces = terms.map(({ bytes }) => bytes.slice(0, sizeBytes))
  if (dtype === 'F64') {
    const result = combine(
      pieces.map(({ buffer }) => new Float64Array(buffer)),
      lambda
    )
    out.bytes.set(new Uint8Array(result.buffer))
  } else {
    const { decode, encode } = floatCodec(dtype)
    out.bytes.set(encode(combine(pieces.map(decode), lambda)))
  }
}
