import { memoryCheckpoint } from '../../src/memory-checkpoint.ts'
import { memoryCompanion } from '../../src/model/memory-companion.ts'
import type { CompanionFile, Model, ModelLayout } from '../../src/model/model.ts'
import type { FindFile } from '../../src/model/unpack.ts'
import { file } from '../fixtures.ts'

/** A safetensors file of BF16 tensors of 4 elements, each filled with a byte. */
export function weights(
  tensors: Record<string, number>,
  metadata?: Record<string, string>
): Buffer {
  const entries = Object.keys(tensors).map((name, i) => [
    name,
    { dtype: 'BF16', shape: [4], data_offsets: [8 * i, 8 * i + 8] }
  ])
  const data = Object.values(tensors).map(value => Buffer.alloc(8, value))
  const header = Object.fromEntries([
    ...(metadata === undefined ? [] : [['__metadata__', metadata]]),
    ...entries
  ])
  return file(JSON.stringify(header), Buffer.concat(data))
}

/** A companion file of text. */
export function companion(fileName: string, text: string): CompanionFile {
  return memoryCompanion(fileName, Buffer.from(text))
}

/** Finds files of a list by their hash. */
export function findIn(files: readonly CompanionFile[]): FindFile {
  return async sha256 => files.find(file => file.sha256 === sha256)
}

/** A model in memory: tensors by name, of 4 BF16 elements filled with a byte, and companion files by name. */
export function model(
  tensors: Record<string, number>,
  files: Record<string, string> = {},
  layout: ModelLayout = {
    kind: 'folder',
    shards: [{ fileName: 'model.safetensors', tensors: Object.keys(tensors) }]
  },
  metadata: Record<string, string> = {}
): Model {
  const checkpoint = memoryCheckpoint({
    name: 'the model',
    metadata: Object.entries(metadata),
    tensors: Object.entries(tensors).map(([name, value]) => ({
      name,
      dtype: 'BF16',
      shape: [4],
      data: Buffer.alloc(8, value)
    }))
  })
  const names = Object.keys(files).sort()
  return {
    ...checkpoint,
    layout,
    files: new Map(names.map(name => [name, companion(name, files[name]!)]))
  }
}
