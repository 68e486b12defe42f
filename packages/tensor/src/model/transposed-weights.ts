import type { AbortOptions } from '@soup/interface'
import { CONFIG_NAME } from './companion-names.ts'
import { configFields, decodeConfig } from './config-text.ts'
import type { Model } from './model.ts'

/** Architectures of transformers whose linear weights are those of its `Conv1D`, by `model_type`. */
const TRANSPOSED = new Set(['gpt2', 'openai-gpt', 'imagegpt', 'decision_transformer'])

/**
 * Tells whether a model stores its linear weights as `[in, out]`, as GPT-2 does: names and shapes don't say so, and
 * factors of an adapter that change them must be made the other way round.
 *
 * @returns what `model_type` in `config.json` implies; false where there is none
 * @throws {TensorError} `MODEL_INVALID` when its `config.json` is broken
 */
export async function hasTransposedWeights(
  { files }: Pick<Model, 'files'>,
  options?: AbortOptions
): Promise<boolean> {
  const config = files.get(CONFIG_NAME)
  if (config === undefined) return false
  const text = decodeConfig(CONFIG_NAME, await config.read(options))
  return configFields(CONFIG_NAME, text).some(
    ({ name, value }) => name === 'model_type' && typeof value === 'string' && TRANSPOSED.has(value)
  )
}
