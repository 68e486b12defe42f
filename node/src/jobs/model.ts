import { stat } from 'node:fs/promises'
import { decodeExact } from '@soup/delta'
import type { AbortOptions, ByteSource } from '@soup/interface'
import { linearSoup } from '@soup/soup'
import { type LocatedPayload, openLocatedPayload } from '@soup/store'
import { type Checkpoint, fileSource, openSafetensors } from '@soup/tensor'
import { NodeError } from '../errors.ts'

/** Where to read a model: plain data, so that it can be handed to a worker thread. */
export type ModelSpec =
  | { kind: 'file'; path: string }
  | { kind: 'payload'; located: LocatedPayload }
  | { kind: 'expert'; base: ModelSpec; delta: ModelSpec }
  | SoupSpec

/** A soup to be computed. */
export interface SoupSpec {
  kind: 'soup'
  base: ModelSpec
  /** Experts with their λ, in the order of accumulation. */
  ingredients: readonly { name: string; lambda: number; model: ModelSpec }[]
  /** Output dtype where it is not that of the base's tensors. */
  dtype?: string | undefined
  extrapolate?: boolean | undefined
}

/** A checkpoint and everything that it reads from. */
export interface OpenModel {
  readonly checkpoint: Checkpoint
  close(): Promise<void>
}

/**
 * Opens a model; its headers are checked, its bytes are not read yet.
 *
 * @throws TensorError, DeltaError or SoupError naming what does not fit
 */
export async function openModel(spec: ModelSpec, options?: AbortOptions): Promise<OpenModel> {
  const opened: Checkpoint[] = []
  const close = async (): Promise<void> => {
    await Promise.all(opened.map(checkpoint => checkpoint.close()))
  }
  try {
    return { checkpoint: await open(spec, opened, options), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Opens a model, hands it to `use` and closes it again, whatever happens. */
export async function withModel<T>(
  spec: ModelSpec,
  use: (checkpoint: Checkpoint) => Promise<T>,
  options?: AbortOptions
): Promise<T> {
  const model = await openModel(spec, options)
  try {
    return await use(model.checkpoint)
  } finally {
    await model.close()
  }
}

async function open(
  spec: ModelSpec,
  opened: Checkpoint[],
  options?: AbortOptions
): Promise<Checkpoint> {
  const checkpoint = await openOne(spec, opened, options)
  opened.push(checkpoint)
  return checkpoint
}

async function openOne(
  spec: ModelSpec,
  opened: Checkpoint[],
  options?: AbortOptions
): Promise<Checkpoint> {
  switch (spec.kind) {
    case 'file':
      return await openSource(await openFile(spec.path), options)
    case 'payload':
      return await openSource(await openLocatedPayload(spec.located), options)
    case 'expert': {
      const base = await open(spec.base, opened, options)
      return decodeExact(base, await open(spec.delta, opened, options))
    }
    case 'soup':
      return await openSoup(spec, opened, options)
  }
}

async function openSoup(
  { base, ingredients, dtype, extrapolate }: SoupSpec,
  opened: Checkpoint[],
  options?: AbortOptions
): Promise<Checkpoint> {
  const checkpoints = []
  for (const { name, lambda, model } of ingredients) {
    checkpoints.push({ name, lambda, checkpoint: await open(model, opened, options) })
  }
  return linearSoup({
    base: await open(base, opened, options),
    ingredients: checkpoints,
    dtype,
    extrapolate
  })
}

async function openSource(source: ByteSource, options?: AbortOptions): Promise<Checkpoint> {
  try {
    return await openSafetensors(source, options)
  } catch (error) {
    await source.close()
    throw error
  }
}

async function openFile(path: string): Promise<ByteSource> {
  const isFolder = await stat(path).then(
    found => found.isDirectory(),
    () => false
  )
  if (!isFolder) return await fileSource(path)
  const message = `${path} is a folder: this version reads single .safetensors files`
  throw new NodeError('FORMAT_UNKNOWN', message, { details: { path } })
}
