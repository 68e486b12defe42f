/** How the threads of the benchmark open its soups. */
import { decodeExact } from '@soup/delta'
import { linearSoup } from '@soup/soup'
import { type Checkpoint, fileSource, openSafetensors } from '@soup/tensor'
import { deltaPath, EXPERTS, modelPath } from './models.ts'

/** What a thread is told. */
export interface SoupInput {
  folder: string
  /** Whether the experts are read from their files, or from the base and their deltas. */
  from: 'files' | 'deltas'
}

/** Opens the mean of the experts. */
export async function openCheckpoint({ folder, from }: SoupInput): Promise<Checkpoint> {
  const open = async (path: string) => openSafetensors(await fileSource(path))
  const base = await open(modelPath(folder, 'base'))
  const pathOf = from === 'files' ? modelPath : deltaPath
  const opened = await Promise.all(EXPERTS.map(name => open(pathOf(folder, name))))
  const soup = linearSoup({
    base,
    ingredients: opened.map((file, i) => ({
      name: EXPERTS[i]!,
      checkpoint: from === 'files' ? file : decodeExact(base, file),
      lambda: 1 / EXPERTS.length
    }))
  })
  const close = async () => {
    await Promise.all([base, ...opened].map(checkpoint => checkpoint.close()))
  }
  return { ...soup, close }
}
