import {
  type Block,
  type Checkpoint,
  decodeBlock,
  encodeBlock,
  FLOAT_DTYPES,
  type FloatDtype,
  isFloatDtype,
  type Precision,
  type TensorInfo,
  tensorInfo
} from '@soup/tensor'
import { SoupBuildError } from './errors.ts'
import { elementBytes, type PointwiseTensor } from './pointwise.ts'

/** A checkpoint that takes part in a soup. */
export interface NamedCheckpoint {
  /** What to call it in an error: its id or path. */
  name: string
  checkpoint: Checkpoint
}

/**
 * A tensor of a dtype that nothing computes with: all terms must agree.
 *
 * @returns what throws {@link SoupBuildError} `SOUP_NOT_FLOAT`, while it is read, where two terms differ
 */
export function equalTensor(terms: readonly NamedCheckpoint[], info: TensorInfo): PointwiseTensor {
  const width = elementBytes(info)
  return {
    terms: terms.map(({ checkpoint }) => checkpoint),
    combine: (inputs, out, length) => {
      const [reference, ...others] = inputs.map(({ bytes }) => bytes.subarray(0, length * width))
      const odd = others.findIndex(bytes => Buffer.compare(bytes, reference!) !== 0)
      if (odd >= 0) throw notFloat(terms[0]!, terms[odd + 1]!, info)
      out.bytes.set(reference!)
    }
  }
}

function notFloat(
  first: NamedCheckpoint,
  other: NamedCheckpoint,
  { name, dtype }: TensorInfo
): SoupBuildError {
  return new SoupBuildError(
    'SOUP_NOT_FLOAT',
    `tensor ${JSON.stringify(name)} differs between ${first.name} and ${other.name}, and ${dtype} can't be mixed (${FLOAT_DTYPES} can)`,
    { details: { tensor: name, dtype, ingredients: [first.name, other.name] } }
  )
}

/** What a tensor is computed in: f64 where it is F64 and stays so, for f32 can't hold its values; else f32. */
export function precisionOf(from: FloatDtype, to: FloatDtype): Precision {
  return from === 'F64' && to === 'F64' ? 'F64' : 'F32'
}

/** Bytes of a value. */
export function valueBytes(precision: Precision): number {
  return precision === 'F64' ? 8 : 4
}

/**
 * The dtype of a float tensor.
 *
 * @throws {RangeError} when there is no such tensor, or it isn't of float dtype
 */
export function floatDtype(checkpoint: Checkpoint, name: string): FloatDtype {
  const { dtype } = tensorInfo(checkpoint, name)
  if (!isFloatDtype(dtype)) throw new RangeError(`${JSON.stringify(name)} is ${dtype}, no float`)
  return dtype
}

/**
 * Computes a block of values.
 *
 * @param values blocks of the precision, one a term, which may be overwritten
 * @param out takes values of the precision
 * @param first index of the first of `length` elements
 */
export type ComputeValues = (
  values: readonly Block[],
  out: Block,
  length: number,
  first: number
) => void

/**
 * A float tensor whose terms are decoded to the {@link precisionOf | precision} of its dtypes, and whose result is
 * rounded once.
 *
 * @param terms of any float dtypes; the first one's decides about the precision
 */
export function valuesTensor(
  terms: readonly Checkpoint[],
  name: string,
  to: FloatDtype,
  compute: ComputeValues
): PointwiseTensor {
  const dtypes = terms.map(term => floatDtype(term, name))
  const precision = precisionOf(dtypes[0]!, to)
  return {
    terms,
    scratchBlocks: terms.length + 2,
    combine: (inputs, out, length, [result, spare, ...scratch], first) => {
      const values = inputs.map((input, k) =>
        decodeValues(dtypes[k]!, precision, input, { to: scratch[k]!, spare: spare! }, length)
      )
      if (to === precision) compute(values, out, length, first)
      else {
        compute(values, result!, length, first)
        encodeBlock(to, result!, out, length)
      }
    }
  }
}

/**
 * Decodes a block to the precision.
 *
 * @param blocks `to` takes the values unless they are the input's own; `spare` may be overwritten
 * @returns where the values are
 */
export function decodeValues(
  dtype: FloatDtype,
  precision: Precision,
  input: Block,
  { to, spare }: { to: Block; spare: Block },
  length: number
): Block {
  if (dtype === precision) return input
  decodeBlock(dtype, input, precision === 'F32' ? to : spare, length)
  if (precision === 'F64') encodeBlock('F64', spare, to, length)
  return to
}
