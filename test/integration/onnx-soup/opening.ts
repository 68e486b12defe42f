/** How writers open soups of ONNX files. */
import type { AbortOptions } from '@soup/interface'
import { linearSoup } from '@soup/soup'
import { type Checkpoint, openOnnx } from '@soup/tensor'

/** Paths of a base and its experts, and their coefficients. */
export interface OnnxSoup {
  base: string
  experts: readonly { path: string; lambda: number }[]
}

/** A soup that closes what it is made of. */
export async function openCheckpoint(
  { base, experts }: OnnxSoup,
  options?: AbortOptions
): Promise<Checkpoint> {
  const models = await Promise.all(
    [base, ...experts.map(({ path }) => path)].map(path => openOnnx(path, options))
  )
  const soup = linearSoup({
    base: models[0]!,
    ingredients: experts.map(({ path, lambda }, i) => ({
      name: path,
      checkpoint: models[i + 1]!,
      lambda
    }))
  })
  return {
    ...soup,
    close: async () => void (await Promise.all(models.map(model => model.close())))
  }
}
