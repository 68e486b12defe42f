import { SoupError, type SoupErrorInit } from '@soup/interface'

/** What can be wrong with an ONNX file. */
export type OnnxErrorCode = 'ONNX_MALFORMED' | 'ONNX_LIMIT' | 'ONNX_UNSUPPORTED'

/**
 * An ONNX file that can't be read.
 *
 * - `ONNX_MALFORMED`: the bytes are not a valid model.
 * - `ONNX_LIMIT`: a named limit of this package is exceeded.
 * - `ONNX_UNSUPPORTED`: valid ONNX that this package does not read.
 */
export class OnnxError extends SoupError {
  override readonly name = 'OnnxError'

  /**
   * @param code what is wrong
   * @param message one sentence for a person
   * @param init details and cause
   */
  constructor(code: OnnxErrorCode, message: string, init?: SoupErrorInit) {
    super(code, message, init)
  }
}
