import type { ProgressOptions } from '@soup/interface'
import { averageSquares, type NamedCheckpoint } from '@soup/soup'
import { fileSink, type Model, openModel, safetensorsBytes, writeSafetensors } from '@soup/tensor'
import { UsageError } from '../errors.ts'
import { MAX_GRADIENT_FILES, MAX_GRADIENTS } from './limits.ts'

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
 * @throws UsageError for more gradients, or files of them, than fit; SoupBuildError SOUP_MISMATCH; TensorError where a file is no model or the output exists
 */
export async function fisherJob(
  { gradients, path }: FisherInput,
  options: ProgressOptions
): Promise<WrittenFisher> {
  if (gradients.length > MAX_GRADIENTS) {
    throw new UsageError(`At most ${MAX_GRADIENTS} gradients fit, got ${gradients.length}`)
  }
  const opened: NamedCheckpoint[] = []
  try {
    let fileCount = 0
    for (const name of gradients) {
      const model = await openModel(name, options)
      opened.push({ name, checkpoint: model })
      fileCount += weightFiles(model)
      if (fileCount > MAX_GRADIENT_FILES) throw tooManyFiles(opened.length)
    }
    const fisher = averageSquares(opened)
    const sink = await fileSink(path, { sizeBytes: safetensorsBytes(fisher) })
    return await writeSafetensors(fisher, sink, options)
  } finally {
    await Promise.all(opened.map(({ checkpoint }) => checkpoint.close()))
  }
}

function weightFiles({ layout }: Model): number {
  return layout.kind === 'folder' ? layout.shards.length : 1
}

function tooManyFiles(count: number): UsageError {
  return new UsageError(
    `The first ${count} gradients have more than ${MAX_GRADIENT_FILES} files of weights, and all are open at once: store a gradient in fewer shards, or average fewer`
  )
}
