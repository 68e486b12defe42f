import { INDEX_NAME } from '../safetensors/shard-index.ts'
import { isSingle } from '../safetensors/shard-layout.ts'
import { ADAPTER_FILE_NAME } from './companion-names.ts'
import type { Model } from './model.ts'

/**
 * The files that make up a model, as paths from its folder: weights, their index, companion files. Whoever wants to
 * know whether a model has changed since looks at these.
 *
 * @returns nothing for a safetensors file by itself, whose name the layout doesn't say
 */
export function modelFileNames({
  layout,
  files,
  externalFiles
}: Pick<Model, 'layout' | 'files' | 'externalFiles'>): string[] {
  switch (layout.kind) {
    case 'file':
      return []
    case 'onnx':
      return [layout.graph, ...(externalFiles ?? [])]
    case 'adapter':
      return [ADAPTER_FILE_NAME, ...files.keys()]
    case 'folder': {
      const shards = layout.shards.map(({ fileName }) => fileName)
      const index = isSingle(layout.shards) ? [] : [INDEX_NAME]
      return [...shards, ...index, ...files.keys()]
    }
  }
}
