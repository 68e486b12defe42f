import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProgressOptions } from '@soup/interface'
import { fileSink, fileSpool, packModel, safetensorsBytes, writeSafetensors } from '@soup/tensor'
import { type ModelSpec, withModel } from './model.ts'
import type { OpenedSoup } from './open-adapter-soup.ts'
import type { SoupSpec } from './open-soup.ts'

/** Tells whether a soup of adapters is cut to a lower rank, which takes long: it is computed before anybody opens it. */
function isTruncated({ method, parameters }: SoupSpec): boolean {
  return method === 'product' && parameters?.rank !== undefined
}

/**
 * Puts something in the place of every soup in a model that is cut to a rank, those inside others first. (Bases are no
 * soups.)
 *
 * @returns the same object where there is none
 */
async function replaceTruncated(
  spec: ModelSpec,
  replace: (soup: SoupSpec) => ModelSpec | Promise<ModelSpec>
): Promise<ModelSpec> {
  if (spec.kind === 'named') {
    const model = await replaceTruncated(spec.model, replace)
    return model === spec.model ? spec : { ...spec, model }
  }
  if (spec.kind !== 'soup') return spec
  const ingredients = []
  for (const each of spec.ingredients) {
    ingredients.push({ ...each, model: await replaceTruncated(each.model, replace) })
  }
  const isSame = ingredients.every(({ model }, i) => model === spec.ingredients[i]!.model)
  const soup = isSame ? spec : { ...spec, ingredients }
  return isTruncated(soup) ? await replace(soup) : soup
}

/**
 * The same model with soups of the whole rank in the place of those that are cut: what its headers say of names, forms and
 * λ is the same, and it opens at once.
 *
 * @returns the same object where nothing is cut
 */
export async function withoutTruncation(spec: ModelSpec): Promise<ModelSpec> {
  return await replaceTruncated(spec, soup => ({ ...soup, parameters: undefined }))
}

/** Computes soups that are cut to a rank. */
export interface Truncation {
  /**
   * Computes what is cut in a model, each soup once, into files that every thread can read.
   *
   * @returns the model with files in their place
   * @throws SoupBuildError, DeltaError, TensorError as for the whole model, before anything is computed
   */
  compute(spec: ModelSpec): Promise<ModelSpec>
  /** What a model lost that {@link compute} has given, where it is itself such a soup. */
  relativeError(spec: ModelSpec): number | undefined
}

/**
 * Lends what computes truncated soups while `use` runs.
 *
 * @param parent the folder that a temporary one is made in; it needs room for the factors, twice
 */
export async function withTruncatedSoups<T>(
  parent: string,
  use: (truncation: Truncation) => Promise<T>,
  options: ProgressOptions
): Promise<T> {
  let folder: Promise<string> | undefined
  const computed = new Map<string, ModelSpec>()
  const errors = new Map<ModelSpec, number | undefined>()
  const replace = async (soup: SoupSpec): Promise<ModelSpec> => {
    const key = JSON.stringify(soup)
    const known = computed.get(key)
    if (known !== undefined) return known
    folder ??= mkdtemp(join(parent, '.truncated-'))
    const path = join(await folder, String(computed.size))
    const relativeError = await truncate(soup, path, options)
    const model: ModelSpec = {
      kind: 'named',
      name: 'adapter soup',
      model: { kind: 'packed', path }
    }
    computed.set(key, model)
    errors.set(model, relativeError)
    return model
  }
  const compute = async (spec: ModelSpec): Promise<ModelSpec> => {
    const whole = await withoutTruncation(spec)
    if (whole === spec) return spec
    await withModel(whole, async () => undefined, options)
    return await replaceTruncated(spec, replace)
  }
  const relativeError = (spec: ModelSpec): number | undefined =>
    errors.get(spec) ?? (spec.kind === 'named' ? relativeError(spec.model) : undefined)
  try {
    return await use({ compute, relativeError })
  } finally {
    if (folder !== undefined) await rm(await folder, { recursive: true, force: true })
  }
}

/** Computes a soup into one file. @returns what it lost */
async function truncate(
  soup: SoupSpec,
  path: string,
  options: ProgressOptions
): Promise<number | undefined> {
  const spool = await fileSpool(`${path}.spool`)
  try {
    const pack = async (model: OpenedSoup) => {
      const packed = packModel(model)
      const sink = await fileSink(path, { sizeBytes: safetensorsBytes(packed) })
      await writeSafetensors(packed, sink, { signal: options.signal })
      return model.relativeError
    }
    return await withModel(soup, pack, { ...options, spool })
  } finally {
    await spool.close()
  }
}
