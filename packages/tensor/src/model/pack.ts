import type { AbortOptions } from '@soup/interface'
import type { Checkpoint, TensorInfo, TensorReader } from '../checkpoint.ts'
import { cursor, tensorInfo } from '../tensor-info.ts'
import { encodeFileList } from './file-list.ts'
import { encodeLayout } from './layout-codec.ts'
import type { CompanionFile, Model } from './model.ts'
import { FILES_KEY, LAYOUT_KEY, PACKED_FILE_PREFIX, requireNoReserved } from './reserved.ts'

/** Options of {@link packModel}. */
export interface PackOptions {
  /** Files that whoever unpacks the model has already, the base's: those of the same SHA-256 are listed only. */
  except?: Iterable<Pick<CompanionFile, 'sha256'>> | undefined
}

/**
 * Packs a model into one checkpoint, which a single safetensors file can hold and {@link unpackModel} takes apart: the
 * model's tensors and metadata as they are, each companion file as the bytes of a U8 tensor `soup.file/NAME`, and two
 * metadata in JSON, `soup.layout` and `soup.files`: the names, sizes and SHA-256 of all companion files.
 *
 * A delta is packed in the same way: its payload as the checkpoint, with the expert's layout and files.
 *
 * @returns a checkpoint that reads from the model and doesn't own it; a companion file is held in memory while it is
 *   read
 * @throws {TensorError} `MODEL_INVALID` when the model uses names that packing needs
 */
export function packModel(model: Model, options: PackOptions = {}): Checkpoint {
  requireNoReserved(model)
  const known = new Set([...(options.except ?? [])].map(({ sha256 }) => sha256))
  const files = new Map(
    [...model.files.values()]
      .filter(({ sha256 }) => !known.has(sha256))
      .map(file => [PACKED_FILE_PREFIX + file.fileName, file])
  )
  const { name } = model
  const tensors = new Map([...model.tensors, ...[...files].map(packedInfo)])
  return {
    name,
    metadata: new Map([
      ...model.metadata,
      [LAYOUT_KEY, encodeLayout(model.layout)],
      [FILES_KEY, encodeFileList(model.files.values())]
    ]),
    tensors,
    isSequential: model.isSequential,
    open: (tensor, offset = 0) => {
      const file = files.get(tensor)
      if (file === undefined) return model.open(tensor, offset)
      return readFile(file, tensorInfo({ name, tensors }, tensor), offset)
    },
    close: () => Promise.resolve()
  }
}

function packedInfo([name, { sizeBytes }]: [string, CompanionFile]): [string, TensorInfo] {
  return [name, { name, dtype: 'U8', shape: [sizeBytes], sizeBytes }]
}

function readFile(file: CompanionFile, info: TensorInfo, offset: number): TensorReader {
  const take = cursor(info, offset)
  let bytes: Promise<Uint8Array> | undefined
  return {
    read: async (target: Uint8Array, options?: AbortOptions) => {
      const at = take(target.length)
      bytes ??= file.read(options)
      target.set((await bytes).subarray(at, at + target.length))
    }
  }
}
