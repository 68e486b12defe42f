import { TensorError } from '../errors.ts'

/** The error of a model whose files beside the weights break a rule or leave a limit. */
export function invalidModel(file: string, problem: string): TensorError {
  return new TensorError('MODEL_INVALID', `${file} can't be part of a model: ${problem}`, {
    details: { file, problem }
  })
}

/** The error of a path that is no checkpoint that can be read; `advice` is the way out. */
export function unknownFormat(path: string, advice: string): TensorError {
  return new TensorError('FORMAT_UNKNOWN', `${path} is no model that can be read: ${advice}`, {
    details: { path }
  })
}
