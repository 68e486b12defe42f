import { randomFillSync } from 'node:crypto'
import { privatize } from '@soup/delta'
import type { ProgressOptions } from '@soup/interface'
import type { Privacy } from '@soup/manifest'
import { fileSink, packModel, safetensorsBytes, writeSafetensors } from '@soup/tensor'
import { NodeError } from '../errors.ts'
import { isAdapterOver } from './adapters.ts'
import { type ModelSpec, withModel } from './model.ts'

/** What is made private. */
export interface PrivatizeInput extends Privacy {
  base: ModelSpec
  expert: ModelSpec
  /** Where the private expert goes, packed: noise is drawn once, so that it must be kept before it is encoded. */
  path: string
}

/** Clips an expert's delta and adds noise from the system's cryptographic generator. */
export async function privatizeJob(
  { base, expert, path, clip, noise }: PrivatizeInput,
  options: ProgressOptions
): Promise<void> {
  await withModel(
    base,
    from =>
      withModel(
        expert,
        async model => {
          if (isAdapterOver(from, model)) throw noNoise(model.name)
          const init = { clip, noise, random: (bytes: Uint8Array) => void randomFillSync(bytes) }
          const { layout, files } = model
          const noisy = packModel({
            ...(await privatize(from, model, init, options)),
            layout,
            files
          })
          const sink = await fileSink(path, { sizeBytes: safetensorsBytes(noisy) })
          await writeSafetensors(noisy, sink, options)
        },
        options
      ),
    options
  )
}

function noNoise(expert: string): NodeError {
  const message = `${expert} is an adapter: noise is added to whole models; merge it into its base first`
  return new NodeError('CODEC_UNFIT', message, { details: { expert } })
}
