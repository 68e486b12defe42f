import { linearSoup } from '@soup/soup'
import { fileSource, type OpenCheckpoint, openSafetensors } from '@soup/tensor'

/** Paths of safetensors files. */
export interface SoupOfFiles {
  base: string
  experts: readonly string[]
}

/** Opens the soup with equal λ of model files. */
export const openCheckpoint: OpenCheckpoint<SoupOfFiles> = async ({ base, experts }, options) => {
  const open = async (path: string) => openSafetensors(await fileSource(path), options)
  const checkpoints = await Promise.all([base, ...experts].map(open))
  const [reference, ...tuned] = checkpoints
  const ingredients = tuned.map(checkpoint => {
    return { name: checkpoint.name, checkpoint, lambda: 1 / tuned.length }
  })
  const close = async (): Promise<void> => {
    await Promise.all(checkpoints.map(checkpoint => checkpoint.close()))
  }
  return { ...linearSoup({ base: reference!, ingredients }), close }
}
