import type { FloatDtype } from '../kernels/convert.ts'
import { configFields, decodeConfig, replaceValues } from './config-text.ts'

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
  const fields = configFields(file, text).filter(
    ({ name, value }) => DTYPE_FIELDS.has(name) && typeof value === 'string'
  )
  return Buffer.from(replaceValues(text, fields, JSON.stringify(TORCH_NAMES[dtype])))
}
