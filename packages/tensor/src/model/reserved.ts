import type { Checkpoint } from '../checkpoint.ts'
import { invalidModel } from './invalid-model.ts'

/** A companion file in a packed model is the tensor of this prefix and the file's name. */
export const PACKED_FILE_PREFIX = 'soup.file/'

/** Metadata of a packed model: its layout. */
export const LAYOUT_KEY = 'soup.layout'

/** Metadata of a packed model: the list of its companion files. */
export const FILES_KEY = 'soup.files'

/**
 * Refuses a model that uses names which only a packed one may have, or that is a packed one.
 *
 * @throws {TensorError} `MODEL_INVALID`
 */
export function requireNoReserved(
  checkpoint: Pick<Checkpoint, 'name' | 'metadata' | 'tensors'>
): void {
  const key = [LAYOUT_KEY, FILES_KEY].find(name => checkpoint.metadata.has(name))
  if (key !== undefined) {
    throw invalidModel(
      checkpoint.name,
      `its metadata have ${key}: it is packed for peers, not a model`
    )
  }
  for (const tensor of checkpoint.tensors.keys()) {
    if (!tensor.startsWith(PACKED_FILE_PREFIX)) continue
    const problem = `tensor ${JSON.stringify(tensor)} has a name that is kept for files packed for peers`
    throw invalidModel(checkpoint.name, problem)
  }
}
