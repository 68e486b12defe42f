import { OnnxError } from './errors.ts'
import { single, toText } from './read-message.ts'

/**
 * Accepts the default operator set only, under either of its names.
 *
 * @param values the field `domain` of an operator set or a node
 * @throws {OnnxError} `ONNX_UNSUPPORTED`
 */
export function checkDomain(values: readonly Uint8Array[], where: string): void {
  const domain = toText(single(values, `${where}, domain`), `${where}, domain`)
  if (domain === '' || domain === 'ai.onnx') return
  throw new OnnxError('ONNX_UNSUPPORTED', `${where}: operators of the domain ${domain}`)
}
