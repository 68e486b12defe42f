import { decodeUtf8 } from '../decode-utf8.ts'
import { MAX_CONFIG_BYTES, MAX_CONFIG_DEPTH } from '../limits.ts'
import { JsonScanner, type JsonValue } from '../safetensors/json-scanner.ts'
import { invalidModel } from './invalid-model.ts'

/** A field of a `config.json`, and where its value stands in the text. */
export interface ConfigField {
  readonly name: string
  /** The sub-configuration that it belongs to, `text_config`; undefined for the model itself. */
  readonly section: string | undefined
  readonly value: JsonValue
  readonly begin: number
  readonly end: number
}

/**
 * The text of a configuration.
 *
 * @param file what to call it in an error
 * @throws {TensorError} `MODEL_INVALID` when it is longer than one may be, or isn't UTF-8
 */
export function decodeConfig(file: string, bytes: Uint8Array): string {
  if (bytes.length > MAX_CONFIG_BYTES) {
    throw invalidModel(file, `it has ${bytes.length} bytes, at most ${MAX_CONFIG_BYTES} are read`)
  }
  const text = decodeUtf8(bytes)
  if (text === undefined) throw invalidModel(file, 'it is not UTF-8')
  return text
}

/**
 * The fields of a `config.json` and of its sub-configurations, in the order of the text.
 *
 * @throws {TensorError} `MODEL_INVALID` when it isn't JSON, or nested deeper than a configuration
 */
export function configFields(file: string, text: string): ConfigField[] {
  const scanner = new JsonScanner(text, 'it', problem => invalidModel(file, problem))
  const fields: ConfigField[] = []
  const readField = (name: string, section?: string): void => {
    const begin = scanner.position
    if (section === undefined && isSection(name) && text[begin] === '{') {
      scanner.fields(inner => readField(inner, name))
      return
    }
    const value = scanner.value(MAX_CONFIG_DEPTH)
    fields.push({ name, section, value, begin, end: scanner.readTo })
  }
  scanner.fields(name => readField(name))
  scanner.end()
  return fields
}

/** `quantization_config` says how weights are stored, not what a part of the model is. */
function isSection(name: string): boolean {
  return name.endsWith('_config') && name !== 'quantization_config'
}

/** The same text with other values, every other character as it was. */
export function replaceValues(text: string, fields: readonly ConfigField[], json: string): string {
  let [replaced, copied] = ['', 0]
  for (const { begin, end } of fields) {
    replaced += text.slice(copied, begin) + json
    copied = end
  }
  return replaced + text.slice(copied)
}
