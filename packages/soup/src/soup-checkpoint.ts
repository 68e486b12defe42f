import {
  type Checkpoint,
  FLOAT_DTYPES,
  type FloatDtype,
  firstDifference,
  isFloatDtype,
  type TensorInfo,
  tensorBytes
} from '@soup/tensor'
import { SoupBuildError } from './errors.ts'
import { type PointwiseTensor, pointwise } from './pointwise.ts'
import { equalTensor, type NamedCheckpoint } from './tensors.ts'

/** What every soup is made of, whatever the operator. */
export interface SoupInit {
  /** θ₀. Stays the caller's. */
  base: Checkpoint
  /** What float tensors are rounded to: all, or each by its name; each keeps its own dtype unless given. */
  dtype?: FloatDtype | ((tensor: string) => FloatDtype) | undefined
}

/** How an operator computes its tensors. */
export interface SoupTensors {
  /** What is read for a tensor, all of the base's names, dtypes and shapes. */
  terms(name: string): readonly NamedCheckpoint[]
  /** How a tensor of float dtype is computed. */
  floatTensor(name: string, to: FloatDtype): PointwiseTensor
  /** Whether a reader must begin at a tensor's first byte. */
  isSequential: boolean
}

/**
 * A soup of the base's names and shapes: float tensors as the operator says, all others as all terms agree.
 *
 * @returns a checkpoint without metadata, so that its file depends on tensors and λ alone. It is computed
 *   as it is read; memory is bounded by a few blocks a term. Reading throws {@link SoupBuildError}
 *   `SOUP_NOT_FLOAT` for a tensor that differs between terms and isn't of float dtype
 * @throws {SoupBuildError} `SOUP_DTYPE` when the output dtype isn't one to compute in
 */
export function soupCheckpoint({ base, dtype }: SoupInit, soup: SoupTensors): Checkpoint {
  if (typeof dtype === 'string' && !isFloatDtype(dtype)) throw wrongDtype(dtype)
  const tensors = new Map([...base.tensors].map(([name, info]) => [name, outputInfo(info, dtype)]))
  return pointwise({
    name: 'soup',
    tensors,
    isSequential: soup.isSequential,
    tensor: name => {
      const [input, to] = [base.tensors.get(name)!, tensors.get(name)!.dtype]
      return isFloatDtype(input.dtype) && isFloatDtype(to)
        ? soup.floatTensor(name, to)
        : equalTensor(soup.terms(name), input)
    }
  })
}

/**
 * Refuses experts whose tensors aren't the base's.
 *
 * @throws {SoupBuildError} `SOUP_MISMATCH`
 */
export function checkExperts(base: Checkpoint, experts: readonly NamedCheckpoint[]): void {
  for (const { name, checkpoint } of experts) {
    const difference = firstDifference(base.tensors, checkpoint.tensors)
    if (difference === undefined) continue
    const { tensor, problem } = difference
    throw new SoupBuildError(
      'SOUP_MISMATCH',
      `${name} doesn't fit the base ${base.name}: tensor ${JSON.stringify(tensor)} ${problem}`,
      { details: { base: base.name, ingredient: name, tensor, problem } }
    )
  }
}

/** Tells whether any of them must be read from the first byte of a tensor on. */
export function areSequential(terms: readonly NamedCheckpoint[]): boolean {
  return terms.some(({ checkpoint }) => checkpoint.isSequential)
}

function outputInfo(info: TensorInfo, to: SoupInit['dtype']): TensorInfo {
  if (to === undefined || !isFloatDtype(info.dtype)) return info
  const dtype = typeof to === 'function' ? to(info.name) : to
  const sizeBytes = tensorBytes(dtype, info.shape)
  if (sizeBytes === undefined) throw new RangeError(`${dtype}[${info.shape}] is too large`)
  return { ...info, dtype, sizeBytes }
}

function wrongDtype(dtype: string): SoupBuildError {
  return new SoupBuildError(
    'SOUP_DTYPE',
    `a soup can't be rounded to ${dtype}, expected one of ${FLOAT_DTYPES}`,
    { details: { dtype } }
  )
}
