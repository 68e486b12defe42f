import {
  type Checkpoint,
  isFloatDtype,
  meanSquares,
  type TensorInfo,
  tensorBytes
} from '@soup/tensor'
import { SoupBuildError } from './errors.ts'
import { pointwise } from './pointwise.ts'
import { areSequential, checkExperts } from './soup-checkpoint.ts'
import { type NamedCheckpoint, valuesTensor } from './tensors.ts'

/**
 * The diagonal Fisher information as the mean of squared gradients
 *
 *     F_j = Σₙ gₙⱼ² / N
 *
 * (Matena and Raffel 2022, arXiv 2111.09832, equation 4): what `fisherSoup` takes of each expert.
 *
 * The format is a safetensors file's: F32 tensors of the names and shapes of the gradients, and the metadata
 * `soup.kind` = `fisher` and `soup.n` = N.
 *
 * @param gradients of N samples, at least one, of float tensors of the same names, dtypes and shapes. Stay the caller's
 * @returns computed as it is read: squares are summed in f64 in the order given and rounded once
 * @throws {SoupBuildError} `SOUP_MISMATCH` when the gradients differ in names, dtypes or shapes, or one isn't a float
 * @throws {RangeError} when there are none
 */
export function averageSquares(gradients: readonly NamedCheckpoint[]): Checkpoint {
  const first = gradients[0]
  if (first === undefined) throw new RangeError('there are no gradients to average')
  checkExperts(first.checkpoint, gradients)
  const tensors = new Map([...first.checkpoint.tensors].map(([name, info]) => [name, asF32(info)]))
  const terms = gradients.map(({ checkpoint }) => checkpoint)
  const soup = pointwise({
    name: 'fisher',
    tensors,
    isSequential: areSequential(gradients),
    tensor: name =>
      valuesTensor(terms, name, 'F32', (values, out, length) =>
        meanSquares(values, out, length * 4)
      )
  })
  return {
    ...soup,
    metadata: new Map([
      ['soup.kind', 'fisher'],
      ['soup.n', `${gradients.length}`]
    ])
  }
}

function asF32(info: TensorInfo): TensorInfo {
  const sizeBytes = tensorBytes('F32', info.shape)
  if (!isFloatDtype(info.dtype) || sizeBytes === undefined) {
    throw new SoupBuildError(
      'SOUP_MISMATCH',
      `tensor ${JSON.stringify(info.name)} is ${info.dtype}: gradients are floats`,
      { details: { tensor: info.name, dtype: info.dtype } }
    )
  }
  return { ...info, dtype: 'F32', sizeBytes }
}
