import { TensorError } from '../../errors.ts'

/** The error of an adapter whose configuration or tensors break a rule, or contradict one another. */
export function invalidAdapter(adapter: string, problem: string): TensorError {
  return new TensorError('ADAPTER_INVALID', `${adapter} is no valid adapter: ${problem}`, {
    details: { adapter, problem }
  })
}

/** The error of an adapter that is more than a low-rank update of a base, or another one. */
export function unsupportedAdapter(adapter: string, field: string, why: string): TensorError {
  return new TensorError('ADAPTER_UNSUPPORTED', `${adapter} can't be used: ${field}: ${why}`, {
    details: { adapter, field }
  })
}
