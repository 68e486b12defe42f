import { elementCount, isFloatDtype, type TensorInfo } from '@soup/tensor'

/** What a weight of two dimensions does in its model. */
export type WeightKind = 'linear' | 'embedding' | 'head'

/** Embeddings and output heads as models name them. */
const EMBEDDING = /(^|\.)(\w*embed\w*|wte|wpe|shared)\.weight$/
const HEAD = /(^|\.)(lm_head|embed_out)\.weight$/

/**
 * Tells from a tensor's name and shape which module it is the weight of.
 *
 * @returns undefined where it isn't a matrix of floats named `<module>.weight`
 */
export function weightKind({ name, dtype, shape }: TensorInfo): WeightKind | undefined {
  if (!name.endsWith('.weight') || shape.length !== 2 || !isFloatDtype(dtype)) return undefined
  if (elementCount(shape) === 0) return undefined
  if (HEAD.test(name)) return 'head'
  return EMBEDDING.test(name) ? 'embedding' : 'linear'
}
