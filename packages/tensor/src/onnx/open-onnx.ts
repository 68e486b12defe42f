import { basename } from 'node:path'
import type { AbortOptions, ByteSource } from '@soup/interface'
import { OnnxError, type StoredInitializer, scanModel } from '@soup/onnx'
import type { TensorInfo } from '../checkpoint.ts'
import { closeAfter, closeAll } from '../close-all.ts'
import { fileSource } from '../file-source.ts'
import { memoryCheckpoint } from '../memory-checkpoint.ts'
import { graphNameFlaw } from '../model/companion-names.ts'
import { invalidModel } from '../model/invalid-model.ts'
import { memoryCompanion } from '../model/memory-companion.ts'
import type { Model } from '../model/model.ts'
import { readFrom } from '../safetensors/reader.ts'
import { tensorInfo } from '../tensor-info.ts'
import { dtypeOf } from './dtypes.ts'
import { openExternalFiles } from './external-files.ts'

/**
 * Opens an ONNX file as a model: its initializers are the tensors, and its graph, the file without their bytes, is the
 * companion file of the same name. Reads the graph and nothing of the weights.
 *
 * The bytes of an initializer may lie in the file, beside it or, with numbers in typed fields, be decoded into memory
 * first. Where they lie is not what the graph says; only whether it is in the file or beside it.
 *
 * Tensors that subgraphs hold, constants, strings and sparse tensors belong to the graph.
 *
 * @returns tensors in file order; no metadata, for those of ONNX are in the graph
 * @throws {OnnxError} `ONNX_MALFORMED`, `ONNX_LIMIT`; `ONNX_UNSUPPORTED` also for initializers of a type that
 *   safetensors has not, e.g. INT4
 * @throws {TensorError} `MODEL_INVALID` for a file name that peers would refuse; `FILE_NOT_FOUND`, `FILE_FAILED`; while
 *   reading, `TENSOR_UNREADABLE`
 */
export async function openOnnx(path: string, options?: AbortOptions): Promise<Model> {
  const fileName = basename(path)
  const flaw = graphNameFlaw(fileName)
  if (flaw !== undefined) throw invalidModel(path, `${flaw}; rename the file`)
  const file = await fileSource(path)
  let external = new Map<string, ByteSource>()
  try {
    const { initializers, graph } = await scanModel(file, options)
    const tensors = new Map(
      [...initializers].map(([name, initializer]) => [name, infoOf(path, initializer)])
    )
    external = await openExternalFiles(path, initializers.values(), options)
    return {
      name: path,
      metadata: new Map(),
      tensors,
      isSequential: false,
      layout: { kind: 'onnx', graph: fileName },
      files: new Map([[fileName, memoryCompanion(fileName, graph)]]),
      externalFiles: [...external.keys()],
      open: readerOf({ path, tensors, initializers, file, external }),
      close: () => closeAll([file, ...external.values()], path)
    }
  } catch (error) {
    return await closeAfter(error, [file, ...external.values()], path)
  }
}

function infoOf(path: string, initializer: StoredInitializer): TensorInfo {
  const { name, type, shape, sizeBytes } = initializer
  const dtype = dtypeOf(initializer)
  if (dtype !== undefined) return { name, dtype, shape, sizeBytes }
  throw new OnnxError(
    'ONNX_UNSUPPORTED',
    `${path}: initializer ${JSON.stringify(name)} is ${type}[${shape}], which safetensors can't hold; use the model before it was quantized`
  )
}

/** What readers of tensors are made of. */
interface Opened {
  path: string
  tensors: ReadonlyMap<string, TensorInfo>
  initializers: ReadonlyMap<string, StoredInitializer>
  file: ByteSource
  external: ReadonlyMap<string, ByteSource>
}

function readerOf({ path, tensors, initializers, file, external }: Opened): Model['open'] {
  const decoded = memoryCheckpoint({
    name: path,
    tensors: [...initializers.values()].flatMap(({ name, data }) =>
      data.kind === 'decoded' ? [{ ...tensors.get(name)!, data: data.bytes }] : []
    )
  })
  return (name, offset = 0) => {
    const info = tensorInfo({ name: path, tensors }, name)
    const { data } = initializers.get(name)!
    if (data.kind === 'decoded') return decoded.open(name, offset)
    const source = data.kind === 'inline' ? file : external.get(data.location)!
    return readFrom(source, 0, { info, begin: data.offset }, offset)
  }
}
