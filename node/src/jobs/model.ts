import { EXACT_PIECE_BYTES } from '@soup/delta'
import type { AbortOptions } from '@soup/interface'
import type { BuildAdapterSoupOptions } from '@soup/soup'
import { type LocatedPayload, openLocatedPayload } from '@soup/store'
import {
  type Checkpoint,
  fileSource,
  type Model,
  openModel,
  openSafetensors,
  sharedReads,
  unpackModel
} from '@soup/tensor'
import { openExpert, type SignedDelta } from './open-expert.ts'
import { openSoup, type SoupSpec } from './open-soup.ts'

/** Where to read a model: plain data, so that it can be handed to a worker thread. */
export type ModelSpec = FileSpec | PackedSpec | ExpertSpec | SoupSpec | NamedSpec

/** A model as it lies on the disk: a file, or a folder. */
export interface FileSpec {
  kind: 'file'
  path: string
}

/** A model in one safetensors file that can travel: in the store, or in a file that was just made. */
export type PackedSpec =
  | { kind: 'payload'; located: LocatedPayload }
  | { kind: 'packed'; path: string }

/** A model that errors call what the user called it. */
export interface NamedSpec {
  kind: 'named'
  name: string
  model: ModelSpec
}

/** An expert to be decoded. */
export interface ExpertSpec extends SignedDelta {
  kind: 'expert'
  base: ModelSpec
  /** Where else the base lies, perhaps beside other files: what the expert has in common with one of these comes from there. */
  otherCopies?: readonly ModelSpec[] | undefined
  delta: PackedSpec
  /** Whether every tensor was found to be the expert's before, and none need be hashed again. */
  isVerified?: boolean | undefined
}

/** What every thread that reads a model opens it with: this file's {@link openCheckpoint}. */
export const MODEL_MODULE: string = import.meta.url

/** Options of {@link openCheckpoint}; the spool takes the factors of a soup of adapters that is cut to a rank. */
export type OpenOptions = BuildAdapterSoupOptions

/** Opens one more model; it is closed together with the one that it belongs to. */
export type OpenSpec = (spec: ModelSpec) => Promise<Model>

/**
 * Opens a model; its headers are checked, its bytes are not read yet.
 *
 * @returns a model that closes everything which it reads from
 * @throws TensorError, OnnxError, DeltaError or SoupBuildError naming what does not fit
 * @throws RangeError for a soup that is cut to a rank, without a spool: see `withTruncatedSoups`
 */
export async function openCheckpoint(spec: ModelSpec, options?: OpenOptions): Promise<Model> {
  const opened: Checkpoint[] = []
  const close = async (): Promise<void> => {
    await Promise.all(opened.map(checkpoint => checkpoint.close()))
  }
  const bases = new Map<string, Promise<Model>>()
  const open = async (part: ModelSpec): Promise<Model> => {
    const model = await openOne(part, { opened, open, openBase }, options)
    opened.push(model)
    return model
  }
  const openBase: OpenSpec = part => {
    const key = JSON.stringify(part)
    const base = bases.get(key) ?? open(part).then(shared)
    bases.set(key, base)
    return base
  }
  try {
    return { ...named(await open(spec)), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Opens a model, hands it to `use` and closes it again, whatever happens. */
export async function withModel<T>(
  spec: ModelSpec,
  use: (model: Model) => Promise<T>,
  options?: OpenOptions
): Promise<T> {
  const model = await openCheckpoint(spec, options)
  try {
    return await use(model)
  } finally {
    await model.close()
  }
}

/** Opens a packed model or delta as it is, still packed. The caller closes it. */
export async function openPacked(spec: PackedSpec, options?: AbortOptions): Promise<Checkpoint> {
  const isFile = spec.kind === 'packed'
  const source = isFile ? await fileSource(spec.path) : await openLocatedPayload(spec.located)
  return await openSafetensors(source, options)
}

/** What the parts of a model share while it is opened. */
interface Opening {
  /** Everything that is open so far. */
  opened: Checkpoint[]
  open: OpenSpec
  /** Opens each base once, however many experts are over it. */
  openBase: OpenSpec
}

/** Experts over one base read it side by side. */
function shared(base: Model): Model {
  return { ...base, open: sharedReads(base, EXACT_PIECE_BYTES).open }
}

async function openOne(
  spec: ModelSpec,
  { opened, open, openBase }: Opening,
  options?: OpenOptions
): Promise<Model> {
  switch (spec.kind) {
    case 'file':
      return await openModel(spec.path, options)
    case 'payload':
    case 'packed':
      return unpackModel(await packed(spec, opened, options))
    case 'expert':
      return await openExpert(
        spec,
        await openBase(spec.base),
        await packed(spec.delta, opened, options),
        openBase
      )
    case 'soup':
      return await openSoup(spec, open, openBase, options)
    case 'named':
      return named(await openOne(spec.model, { opened, open, openBase }, options), spec.name)
  }
}

async function packed(
  spec: PackedSpec,
  opened: Checkpoint[],
  options?: AbortOptions
): Promise<Checkpoint> {
  const checkpoint = await openPacked(spec, options)
  opened.push(checkpoint)
  return checkpoint
}

/** The same model, under another name; closing it closes the first. */
function named(model: Model, name: string = model.name): Model {
  return {
    ...model,
    name,
    open: (tensor, offset) => model.open(tensor, offset),
    close: () => model.close()
  }
}
