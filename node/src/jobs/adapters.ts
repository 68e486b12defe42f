import { adapterConfigFor, type LoraAdapter } from '@soup/delta'
import { ADAPTER_CONFIG_NAME, type CompanionFile, type Model, memoryCompanion } from '@soup/tensor'

/**
 * The files that go with a computed adapter: its configuration, and, where it was made of an adapter, the files beside
 * that.
 *
 * @param template whose configuration says what the adapter itself does not: the base's name, the task
 */
export async function adapterFiles(
  adapter: LoraAdapter,
  template?: Model
): Promise<ReadonlyMap<string, CompanionFile>> {
  const given = template?.files.get(ADAPTER_CONFIG_NAME)
  // It was parsed strictly when the adapter was opened.
  const fields = given && JSON.parse(Buffer.from(await given.read()).toString('utf8'))
  const config = memoryCompanion(ADAPTER_CONFIG_NAME, adapterConfigFor(adapter, fields))
  return new Map([...(template?.files ?? []), [ADAPTER_CONFIG_NAME, config]])
}

/** Tells whether an expert is an adapter over weights, rather than a fine-tune of an adapter. */
export function isAdapterOver(base: Model, expert: Model): boolean {
  return expert.layout.kind === 'adapter' && base.layout.kind !== 'adapter'
}
