import type { AbortOptions } from '@soup/interface'
import { ADAPTER_CONFIG_NAME } from '../companion-names.ts'
import type { Model } from '../model.ts'
import { parseAdapterConfig } from './config.ts'
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
  const { name, files } = model
  const file = files.get(ADAPTER_CONFIG_NAME)
  if (file === undefined) throw invalidAdapter(name, `it has no ${ADAPTER_CONFIG_NAME}`)
  return adapterModules(model, parseAdapterConfig(await file.read(options), name))
}
