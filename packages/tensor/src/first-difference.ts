import type { TensorInfo } from './checkpoint.ts'

/** A tensor that two checkpoints don't have in common. */
export interface TensorDifference {
  tensor: string
  /** What is wrong, for the middle of a sentence: `is BF16[4,4], expected F32[4,4]`. */
  problem: string
}

/**
 * Compares two lists of tensors by name, dtype and shape; order doesn't matter.
 *
 * @param expected what there should be
 * @param got what there is
 * @returns the first difference, undefined when there is none
 */
export function firstDifference(
  expected: ReadonlyMap<string, Pick<TensorInfo, 'dtype' | 'shape'>>,
  got: ReadonlyMap<string, Pick<TensorInfo, 'dtype' | 'shape'>>
): TensorDifference | undefined {
  for (const [tensor, info] of expected) {
    const other = got.get(tensor)
    if (other === undefined) return { tensor, problem: 'is missing' }
    const [want, have] = [typeName(info), typeName(other)]
    if (want !== have) return { tensor, problem: `is ${have}, expected ${want}` }
  }
  const added = [...got.keys()].find(name => !expected.has(name))
  return added === undefined ? undefined : { tensor: added, problem: 'is new' }
}

function typeName({ dtype, shape }: Pick<TensorInfo, 'dtype' | 'shape'>): string {
  return `${dtype}[${shape}]`
}
