import type { FloatDtype } from '../kernels/convert.ts'
import { MAX_CONFIG_BYTES, MAX_CONFIG_DEPTH } from '../limits.ts'
import { JsonScanner } from '../safetensors/json-scanner.ts'
import { invalidModel } from './invalid-model.ts'

/** What PyTorch calls them, and so transformers. */
const TORCH_NAMES: Readonly<Record<FloatDtype, string>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  F8_E4M3: 'float8_e4m3fn',
  F8_E5M2: 'float8_e5m2',
  F8_E4M3FNUZ: 'float8_e4m3fnuz',
  F8_E5M2FNUZ: 'float8_e5m2fnuz'
}

/** What a `config.json` calls the dtype of its weights: of old `torch_dtype`, since transformers 5 `dtype`. */
const DTYPE_FIELDS = new Set(['dtype', 'torch_dtype'])

/** Part of a text. */
interface Span {
  begin: number
  end: number
}

/**
 * Makes a `config.json` say that the weights have another dtype: transformers loads them as what it says, so a soup
 * written as F32 under the base's `bfloat16` would be rounded again. Changes the values of `torch_dtype` and `dtype`, also
 * those of sub-configurations (`text_config`), where they are text; every other byte stays, and what says nothing of
 * a dtype is left so.
 *
 * @param file what to call it in an error
 * @param bytes the file, not mutated
 * @throws {TensorError} `MODEL_INVALID` when it isn't JSON
 */
export function withDtype(file: string, bytes: Uint8Array, dtype: FloatDtype): Uint8Array {
  const text = decodeConfig(file, bytes)
  const value = JSON.stringify(TORCH_NAMES[dtype])
  let [patched, copied] = ['', 0]
  for (const { begin, end } of dtypeSpans(file, text)) {
    patched += text.slice(copied, begin) + value
    copied = end
  }
  return Buffer.from(patched + text.slice(copied))
}

/**
 * The text of a configuration.
 *
 * @throws {TensorError} `MODEL_INVALID` when it is longer than one may be, or isn't UTF-8
 */
export function decodeConfig(file: string, bytes: Uint8Array): string {
  if (bytes.length > MAX_CONFIG_BYTES) {
    throw invalidModel(file, `it has ${bytes.length} bytes, at most ${MAX_CONFIG_BYTES} are read`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw invalidModel(file, 'it is not UTF-8')
  }
}

function dtypeSpans(file: string, text: string): Span[] {
  const scanner = new JsonScanner(text, 'it', problem => invalidModel(file, problem))
  const spans: Span[] = []
  const readField = (name: string, isNested: boolean): void => {
    const begin = scanner.position
    const isConfig = name.endsWith('_config') && name !== 'quantization_config'
    if (!isNested && isConfig && text[begin] === '{') {
      scanner.fields(inner => readField(inner, true))
      return
    }
    const value = scanner.value(MAX_CONFIG_DEPTH)
    if (!DTYPE_FIELDS.has(name) || typeof value !== 'string') return
    spans.push({ begin, end: scanner.readTo })
  }
  scanner.fields(name => readField(name, false))
  scanner.end()
  return spans
}
