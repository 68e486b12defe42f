import { SoupError, type SoupErrorInit } from '@soup/interface'

/** What can go wrong when models run. */
export type InferenceErrorCode =
  | 'POLICY_MISMATCH'
  | 'POLICY_NOT_FINITE'
  | 'INFERENCE_MODEL'
  | 'INFERENCE_RUN'

/**
 * A model that can't be used or run.
 *
 * - `POLICY_MISMATCH`: a checkpoint is not a policy of the expected layers.
 * - `POLICY_NOT_FINITE`: a policy holds NaN or an infinity, or a standard deviation that is not above 0.
 * - `INFERENCE_MODEL`: ONNX Runtime refuses the model, or its shapes are not fixed.
 * - `INFERENCE_RUN`: a run failed.
 */
export class InferenceError extends SoupError {
  override readonly name = 'InferenceError'

  /**
   * @param code what went wrong
   * @param message one sentence for a person
   * @param init details and cause
   */
  constructor(code: InferenceErrorCode, message: string, init?: SoupErrorInit) {
    super(code, message, init)
  }
}
