/** How the threads of the benchmark open its soups. */
import { decodeExact, EXACT_PIECE_BYTES } from '@soup/delta'
import { linearSoup } from '@soup/soup'
import { type Checkpoint, fileSource, openSafetensors, sharedReads } from '@soup/tensor'
import { deltaPath, EXPERTS, modelPath } from './models.ts'

/** What a thread is told. */
export interface SoupInput {
  folder: string
  /** Whether the experts are read from their files, or from base and deltas, seen for the first time or not. */
  from: 'files' | 'deltas' | 'verified'
}

/** Opens the mean of the experts. */
export async function openCheckpoint({ folder, from }: SoupInput): Promise<Checkpoint> {
  const open = async (path: string) => openSafetensors(await fileSource(path))
  const file = await open(modelPath(folder, 'base'))
  // As a node opens experts over one base.
  const base = sharedReads(file, EXACT_PIECE_BYTES)
  const pathOf = from === 'files' ? modelPath : deltaPath
  const opened = await Promise.all(EXPERTS.map(name => open(pathOf(folder, name))))
  const soup = linearSoup({
    base,
    ingredients: opened.map((expert, i) => ({
      name: EXPERTS[i]!,
      checkpoint:
        from === 'files' ? expert : decodeExact(base, expert, { isVerified: from === 'verified' }),
      lambda: 1 / EXPERTS.length
    }))
  })
  const close = async () => {
    await Promise.all([file, ...opened].map(checkpoint => checkpoint.close()))
  }
  return { ...soup, close }
}
