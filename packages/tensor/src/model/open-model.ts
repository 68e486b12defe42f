import { opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { AbortOptions } from '@soup/interface'
import type { Checkpoint } from '../checkpoint.ts'
import { closeAfter } from '../close-all.ts'
import { compareNames } from '../describe.ts'
import { fileError } from '../file-error.ts'
import { fileSource } from '../file-source.ts'
import { MAX_FOLDER_ENTRIES } from '../limits.ts'
import { openOnnx } from '../onnx/open-onnx.ts'
import { openSafetensors } from '../safetensors/reader.ts'
import { INDEX_NAME } from '../safetensors/shard-index.ts'
import { MODEL_FILE_NAME } from '../safetensors/shard-layout.ts'
import { openSharded } from '../safetensors/sharded-reader.ts'
import { checkConfigs } from './check-configs.ts'
import { ADAPTER_CONFIG_NAME, ADAPTER_FILE_NAME } from './companion-names.ts'
import { openCompanions } from './companions.ts'
import { adviceOnFile, adviceOnFolder } from './format-advice.ts'
import { unknownFormat } from './invalid-model.ts'
import type { Model, ModelLayout } from './model.ts'
import { requireNoReserved } from './reserved.ts'

const ONNX_EXTENSION = '.onnx'

/**
 * Opens a model from where it lies on the disk: reads and checks the headers of its weights and hashes the small files
 * beside them; no tensor is read.
 *
 * A folder with an `adapter_config.json` is a PEFT adapter, as transformers and PEFT take it. Any other is a Hugging
 * Face folder: `model.safetensors` where there is one, also when there are shards beside it, because transformers
 * prefers it; else the shards that `model.safetensors.index.json` lists. Whatever else lies there is left alone.
 *
 * @param path a safetensors file, an ONNX file, a Hugging Face folder, a PEFT adapter folder
 * @returns the caller closes it
 * @throws {TensorError} `FORMAT_UNKNOWN` for anything else, naming what was expected and what there is;
 *   `SAFETENSORS_INVALID`, `SHARDS_INVALID`; `MODEL_INVALID` when the files beside the weights break a rule;
 *   `ADAPTER_INVALID`, `ADAPTER_UNSUPPORTED` as `parseAdapterConfig`; `FILE_NOT_FOUND`, `FILE_FAILED`
 * @throws {OnnxError} as {@link openOnnx}
 */
export async function openModel(path: string, options?: AbortOptions): Promise<Model> {
  if (await isFolder(path)) return await openFolder(path, options)
  if (path.endsWith(ONNX_EXTENSION)) return await openGraph(path, options)
  const advice = adviceOnFile(path)
  if (advice !== undefined) throw unknownFormat(path, advice)
  const checkpoint = await openSafetensors(await fileSource(path), options)
  return await closeOnFailure(checkpoint, async () => ({
    ...unreserved(checkpoint),
    layout: { kind: 'file' },
    files: new Map()
  }))
}

async function openGraph(path: string, options?: AbortOptions): Promise<Model> {
  const model = await openOnnx(path, options)
  return await closeOnFailure(model, async () => {
    requireNoReserved(model)
    return model
  })
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    throw fileError(path, error)
  }
}

async function openFolder(folder: string, options?: AbortOptions): Promise<Model> {
  const entries = await listFolder(folder)
  const { checkpoint, layout } = await openWeights(folder, entries, options)
  return await closeOnFailure(checkpoint, async () => {
    const files = await openCompanions(folder, entries, options)
    const model = { ...unreserved(checkpoint), layout, files }
    await checkConfigs(folder, model, options)
    return model
  })
}

async function listFolder(folder: string): Promise<string[]> {
  const entries: string[] = []
  try {
    for await (const { name } of await opendir(folder)) {
      entries.push(name)
      if (entries.length > MAX_FOLDER_ENTRIES) break
    }
  } catch (error) {
    throw fileError(folder, error)
  }
  if (entries.length <= MAX_FOLDER_ENTRIES) return entries.sort(compareNames)
  throw unknownFormat(folder, `it has more than ${MAX_FOLDER_ENTRIES} files, models have fewer`)
}

/** What a folder's weights are, and how they lie in it. */
interface Weights {
  checkpoint: Checkpoint
  layout: ModelLayout
}

async function openWeights(
  folder: string,
  entries: readonly string[],
  options?: AbortOptions
): Promise<Weights> {
  const openFile = async (fileName: string) =>
    await openSafetensors(await fileSource(join(folder, fileName)), options)
  if (entries.includes(ADAPTER_CONFIG_NAME) && entries.includes(ADAPTER_FILE_NAME)) {
    return { checkpoint: await openFile(ADAPTER_FILE_NAME), layout: { kind: 'adapter' } }
  }
  if (entries.includes(ADAPTER_CONFIG_NAME)) {
    throw unknownFormat(folder, adviceOnFolder(entries, ADAPTER_FILE_NAME))
  }
  if (entries.includes(MODEL_FILE_NAME)) {
    const checkpoint = await openFile(MODEL_FILE_NAME)
    const shards = [{ fileName: MODEL_FILE_NAME, tensors: [...checkpoint.tensors.keys()] }]
    return { checkpoint, layout: { kind: 'folder', shards } }
  }
  if (entries.includes(INDEX_NAME)) {
    const index = await fileSource(join(folder, INDEX_NAME))
    const openShard = (fileName: string) => fileSource(join(folder, fileName))
    const checkpoint = await openSharded(index, openShard, options)
    return { checkpoint, layout: { kind: 'folder', shards: checkpoint.shards } }
  }
  if (entries.includes(ADAPTER_FILE_NAME)) {
    const advice = `its ${ADAPTER_FILE_NAME} is a PEFT adapter, of which it lacks the ${ADAPTER_CONFIG_NAME}; save it again with PEFT, or copy that file from where the adapter comes from`
    throw unknownFormat(folder, advice)
  }
  throw unknownFormat(folder, adviceOnFolder(entries, `${MODEL_FILE_NAME} or ${INDEX_NAME}`))
}

function unreserved(checkpoint: Checkpoint): Checkpoint {
  requireNoReserved(checkpoint)
  const { name, metadata, tensors, isSequential } = checkpoint
  return {
    name,
    metadata,
    tensors,
    isSequential,
    open: (tensor, offset) => checkpoint.open(tensor, offset),
    close: () => checkpoint.close()
  }
}

async function closeOnFailure(
  checkpoint: Checkpoint,
  finish: () => Promise<Model>
): Promise<Model> {
  try {
    return await finish()
  } catch (error) {
    return await closeAfter(error, [checkpoint], checkpoint.name)
  }
}
