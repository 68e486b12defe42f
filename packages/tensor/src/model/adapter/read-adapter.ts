import type { AbortOptions } from '@soup/interface'
import { ADAPTER_CONFIG_NAME } from '../companion-names.ts'
import type { Model } from '../model.ts'
import { type AdapterConfig, parseAdapterConfig } from './config.ts'
import { invalidAdapter } from './errors.ts'
import { type Adapter, adapterModules } from './modules.ts'

/**
 * Reads the configuration of an adapter folder and finds out what the adapter does to its base.
 *
 * @param model stays the caller's and open; none of its tensors is read
 * @throws {TensorError} as {@link parseAdapterConfig} and {@link adapterModules}; `ADAPTER_INVALID` when the model has no
 *   configuration of an adapter
 */
export async function readAdapter(model: Model, options?: AbortOptions): Promise<Adapter> {
  return adapterModules(model, await readAdapterConfig(model, options))
}

/**
 * Reads the configuration of an adapter folder.
 *
 * @throws {TensorError} as {@link parseAdapterConfig}; `ADAPTER_INVALID` when the model has none
 */
export async function readAdapterConfig(
  { name, files }: Pick<Model, 'name' | 'files'>,
  options?: AbortOptions
): Promise<AdapterConfig> {
  const file = files.get(ADAPTER_CONFIG_NAME)
  if (file === undefined) throw invalidAdapter(name, `it has no ${ADAPTER_CONFIG_NAME}`)
  return parseAdapterConfig(await file.read(options), name)
}
