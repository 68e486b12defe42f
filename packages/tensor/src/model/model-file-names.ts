import { INDEX_NAME } from '../safetensors/shard-index.ts'
import { MODEL_FILE_NAME } from '../write/plan.ts'
import { ADAPTER_FILE_NAME } from './companion-names.ts'
import type { Model } from './model.ts'

/**
 * Names of the files that make up a model in a folder: weights, their index, companion files. Whoever wants to know
 * whether a model has changed since looks at these.
 *
 * @returns nothing for a model that is a file by itself
 */
export function modelFileNames({ layout, files }: Pick<Model, 'layout' | 'files'>): string[] {
  switch (layout.kind) {
    case 'file':
    case 'onnx':
      return []
    case 'adapter':
      return [ADAPTER_FILE_NAME, ...files.keys()]
    case 'folder': {
      const shards = layout.shards.map(({ fileName }) => fileName)
      const isSharded = shards.length !== 1 || shards[0] !== MODEL_FILE_NAME
      return [...shards, ...(isSharded ? [INDEX_NAME] : []), ...files.keys()]
    }
  }
}
