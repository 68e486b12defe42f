import {
  type Block,
  type Checkpoint,
  decodeBlock,
  encodeBlock,
  FLOAT_DTYPES,
  type FloatDtype,
  type TensorInfo
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

/**
 * A float tensor that is computed in f32: its terms are decoded, the result is rounded once.
 *
 * @param compute from blocks of f32, one a term, which it may overwrite, to a block of f32
 */
export function valuesTensor(
  terms: readonly Checkpoint[],
  from: FloatDtype,
  to: FloatDtype,
  compute: (values: readonly Block[], out: Block, length: number) => void
): PointwiseTensor {
  return {
    terms,
    scratchBlocks: terms.length + 1,
    combine: (inputs, out, length, scratch) => {
      const [result, ...values] = scratch
      for (const [k, input] of inputs.entries()) decodeBlock(from, input, values[k]!, length)
      compute(values, result!, length)
      encodeBlock(to, result!, out, length)
    }
  }
}
