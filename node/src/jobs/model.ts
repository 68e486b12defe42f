import { stat } from 'node:fs/promises'
import { decodeExact, payloadContents } from '@soup/delta'
import type { AbortOptions, ByteSource } from '@soup/interface'
import { tensorsId } from '@soup/manifest'
import { linearSoup } from '@soup/soup'
import { type LocatedPayload, openLocatedPayload } from '@soup/store'
import { type Checkpoint, type FloatDtype, fileSource, openSafetensors } from '@soup/tensor'
import { NodeError } from '../errors.ts'

/** Where to read a model: plain data, so that it can be handed to a worker thread. */
export type ModelSpec =
  | { kind: 'file'; path: string }
  | { kind: 'payload'; located: LocatedPayload }
  | ExpertSpec
  | SoupSpec
  | NamedSpec

/** A model that errors call what the user called it. */
export interface NamedSpec {
  kind: 'named'
  name: string
  model: ModelSpec
}

/** An expert to be decoded. */
export interface ExpertSpec {
  kind: 'expert'
  /** Record id, for messages. */
  id: string
  /** Id of the expert's tensors, as its publisher signed it. */
  result: string
  base: ModelSpec
  delta: ModelSpec
}

/** A soup to be computed. */
export interface SoupSpec {
  kind: 'soup'
  base: ModelSpec
  /** Experts with their λ, in the order of accumulation. */
  ingredients: readonly { name: string; lambda: number; model: ModelSpec }[]
  /** Output dtype where it is not that of the base's tensors. */
  dtype?: FloatDtype | undefined
  extrapolate?: boolean | undefined
}

/**
 * Opens a model; its headers are checked, its bytes are not read yet.
 *
 * @returns a checkpoint that closes everything which it reads from
 * @throws TensorError, DeltaError or SoupError naming what does not fit
 */
export async function openCheckpoint(spec: ModelSpec, options?: AbortOptions): Promise<Checkpoint> {
  const opened: Checkpoint[] = []
  const close = async (): Promise<void> => {
    await Promise.all(opened.map(checkpoint => checkpoint.close()))
  }
  try {
    return { ...named(await open(spec, opened, options)), close }
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
  const checkpoint = await openCheckpoint(spec, options)
  try {
    return await use(checkpoint)
  } finally {
    await checkpoint.close()
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
      return await openSafetensors(await openFile(spec.path), options)
    case 'payload':
      return await openSafetensors(await openLocatedPayload(spec.located), options)
    case 'expert':
      return await openExpert(spec, opened, options)
    case 'soup':
      return await openSoup(spec, opened, options)
    case 'named':
      return named(await openOne(spec.model, opened, options), spec.name)
  }
}

/** The same checkpoint, under another name; closing it closes the first. */
function named(checkpoint: Checkpoint, name: string = checkpoint.name): Checkpoint {
  const { metadata, tensors } = checkpoint
  return {
    name,
    metadata,
    tensors,
    isSequential: checkpoint.isSequential,
    open: (tensor, offset) => checkpoint.open(tensor, offset),
    close: () => checkpoint.close()
  }
}

async function openExpert(
  { id, result, base, delta }: ExpertSpec,
  opened: Checkpoint[],
  options?: AbortOptions
): Promise<Checkpoint> {
  const payload = await open(delta, opened, options)
  checkResult(id, result, payload)
  return decodeExact(await open(base, opened, options), payload)
}

/**
 * Checks that a delta leads to the tensors that the expert's publisher signed. Decoding then checks every
 * tensor against the hash that the delta names, so nothing else can come out.
 *
 * @throws NodeError EXPERT_MISMATCH
 */
export function checkResult(id: string, result: string, payload: Checkpoint): void {
  const got = tensorsId(payloadContents(payload).tensors)
  if (got === result) return
  const message = `Expert ${id} is not what its publisher signed: its delta leads to ${got}, the record says ${result}`
  throw new NodeError('EXPERT_MISMATCH', message, { details: { id, expected: result, got } })
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

async function openFile(path: string): Promise<ByteSource> {
  const isFolder = await stat(path).then(
    found => found.isDirectory(),
    () => false
  )
  if (!isFolder) return await fileSource(path)
  const message = `${path} is a folder: this version reads single .safetensors files`
  throw new NodeError('FORMAT_UNKNOWN', message, { details: { path } })
}
