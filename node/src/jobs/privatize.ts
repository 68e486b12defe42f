import { randomFillSync } from 'node:crypto'
import { privatize } from '@soup/delta'
import type { ProgressOptions } from '@soup/interface'
import type { Privacy } from '@soup/manifest'
import { fileSink, type Model, packModel, safetensorsBytes, writeSafetensors } from '@soup/tensor'
import { NodeError } from '../errors.ts'
import { isAdapterOver } from './adapters.ts'
import { type ModelSpec, withModel } from './model.ts'
import { type PairOptions, pairModels } from './pair-models.ts'

/** What is made private. */
export interface PrivatizeInput extends Privacy, PairOptions {
  base: ModelSpec
  expert: ModelSpec
  /** Where the private expert goes, packed: noise is drawn once, so that it must be kept before it is encoded. */
  path: string
}

/**
 * Clips an expert's delta and adds noise from the system's cryptographic generator. What encoding would refuse by the
 * headers is refused first.
 *
 * @throws NodeError CODEC_UNFIT; TensorError TOKENIZER_DIFFERS, GRAPH_DIFFERS; DeltaError
 */
export async function privatizeJob(input: PrivatizeInput, options: ProgressOptions): Promise<void> {
  await withModel(
    input.base,
    base => withModel(input.expert, expert => writeNoisy(base, expert, input, options), options),
    options
  )
}

async function writeNoisy(
  stored: Model,
  tuned: Model,
  { path, clip, noise, ...pairing }: PrivatizeInput,
  options: ProgressOptions
): Promise<void> {
  if (isAdapterOver(stored, tuned)) throw noNoise(tuned.name)
  const { base, expert } = await pairModels(stored, tuned, pairing)
  const init = { clip, noise, random: (bytes: Uint8Array) => void randomFillSync(bytes) }
  const { layout, files } = expert
  const noisy = packModel({ ...(await privatize(base, expert, init, options)), layout, files })
  const sink = await fileSink(path, { sizeBytes: safetensorsBytes(noisy) })
  await writeSafetensors(noisy, sink, options)
}

function noNoise(expert: string): NodeError {
  const message = `${expert} is an adapter: noise is added to whole models; merge it into its base first`
  return new NodeError('CODEC_UNFIT', message, { details: { expert } })
}
