import type { ProgressOptions } from '@soup/interface'
import { fileSink, packModel, safetensorsBytes, writeSafetensors } from '@soup/tensor'
import { type ModelSpec, withModel } from './model.ts'

/** Writes a model, with the files that belong to it, as one safetensors file that can travel. */
export async function packJob(
  { model, path }: { model: ModelSpec; path: string },
  options: ProgressOptions
): Promise<void> {
  await withModel(
    model,
    async opened => {
      const packed = packModel(opened)
      const sink = await fileSink(path, { sizeBytes: safetensorsBytes(packed) })
      await writeSafetensors(packed, sink, options)
    },
    options
  )
}
