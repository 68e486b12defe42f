import type { ProgressOptions } from '@soup/interface'
import { averageSquares, type NamedCheckpoint } from '@soup/soup'
import { fileSink, openModel, safetensorsBytes, writeSafetensors } from '@soup/tensor'

/** Gradients, and where their Fisher information goes. */
export interface FisherInput {
  /** Safetensors files or folders, each with the gradient of one sample: a tensor for each of the model's. */
  gradients: readonly string[]
  /** The file to write. */
  path: string
}

/** A Fisher file that was written. */
export interface WrittenFisher {
  /** SHA-256 of the file, lower-case hex: what a recipe calls it. */
  sha256: string
  sizeBytes: number
  tensorCount: number
}

/**
 * Averages squared gradients into a Fisher file, as `averageSquares` of `@soup/soup` does. All headers are checked before
 * the first gradient is read.
 *
 * @throws SoupBuildError SOUP_MISMATCH; TensorError where a file is no model or the output exists
 */
export async function fisherJob(
  { gradients, path }: FisherInput,
  options: ProgressOptions
): Promise<WrittenFisher> {
  const opened: NamedCheckpoint[] = []
  try {
    for (const name of gradients) {
      opened.push({ name, checkpoint: await openModel(name, options) })
    }
    const fisher = averageSquares(opened)
    const sink = await fileSink(path, { sizeBytes: safetensorsBytes(fisher) })
    return await writeSafetensors(fisher, sink, options)
  } finally {
    await Promise.all(opened.map(({ checkpoint }) => checkpoint.close()))
  }
}
