import { join } from 'node:path'
import type { AbortOptions } from '@soup/interface'
import { parseAdapterConfig } from './adapter/config.ts'
import { ADAPTER_CONFIG_NAME, CONFIG_NAME } from './companion-names.ts'
import { configFields, decodeConfig } from './config-text.ts'
import type { Model } from './model.ts'

/**
 * Parses the configurations of a folder, so that a broken one shows before the model is published, and not when somebody
 * mixes it with another dtype.
 *
 * @throws {TensorError} `MODEL_INVALID`, `ADAPTER_INVALID`, `ADAPTER_UNSUPPORTED`, naming the file
 */
export async function checkConfigs(
  folder: string,
  { layout, files }: Pick<Model, 'layout' | 'files'>,
  options?: AbortOptions
): Promise<void> {
  const config = files.get(CONFIG_NAME)
  if (config !== undefined) {
    const path = join(folder, CONFIG_NAME)
    configFields(path, decodeConfig(path, await config.read(options)))
  }
  const adapterConfig = layout.kind === 'adapter' ? files.get(ADAPTER_CONFIG_NAME) : undefined
  if (adapterConfig !== undefined) {
    parseAdapterConfig(await adapterConfig.read(options), join(folder, ADAPTER_CONFIG_NAME))
  }
}
