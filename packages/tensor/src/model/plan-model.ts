import type { AbortOptions } from '@soup/interface'
import type { TensorInfo } from '../checkpoint.ts'
import { TensorError } from '../errors.ts'
import type { FloatDtype } from '../kernels/convert.ts'
import { planOnnx } from '../onnx/plan-onnx.ts'
import type { ShardContents } from '../safetensors/shard-index.ts'
import { layOutShards, type PlannedShard } from '../safetensors/shard-layout.ts'
import { type Described, type PlannedFile, planBytes, planFile, planShards } from '../write/plan.ts'
import { ADAPTER_FILE_NAME, CONFIG_NAME } from './companion-names.ts'
import { withDtype } from './config-dtype.ts'
import type { CompanionFile, Model, ModelLayout } from './model.ts'

/** Options of {@link planModel}. */
export interface PlanModelOptions extends AbortOptions {
  /** Most bytes of tensors in a shard; the form's own shards unless given. */
  shardSize?: number | undefined
  /** What the tensors were converted to, for `config.json` to say so; what it says is right unless given. */
  dtype?: FloatDtype | undefined
}

/**
 * Plans the files of a model in the form of another, for `writeCheckpoint`: one file, a Hugging Face folder of the same
 * shards, an adapter folder, each with its companion files. Every tensor goes to the shard that held it, whatever its
 * dtype is now.
 *
 * @param form the base's or the expert's layout and files; files are read, at most `MAX_COMPANIONS_BYTES` in all, and
 *   copied byte by byte, but for the dtype in `config.json`, see {@link PlanModelOptions.dtype}
 * @param checkpoint what is to be written; nothing of it is read
 * @throws {TensorError} `LAYOUT_MISMATCH` when a tensor has no place in the form, or a place has no tensor;
 *   as {@link planOnnx} for an ONNX model; `SHARDS_TOO_MANY`; `MODEL_INVALID` when `config.json` is broken; whatever reading a companion file throws
 */
export async function planModel(
  form: Pick<Model, 'layout' | 'files'>,
  checkpoint: Described,
  options: PlanModelOptions = {}
): Promise<PlannedFile[]> {
  const { layout, files } = form
  if (layout.kind === 'onnx') return await planGraph(layout.graph, form, checkpoint, options)
  const weights = planWeights(layout, checkpoint, options.shardSize)
  const companions: PlannedFile[] = []
  for (const file of files.values()) companions.push(await planCompanion(file, options))
  return [...weights, ...companions]
}

async function planGraph(
  graph: string,
  { files }: Pick<Model, 'files'>,
  checkpoint: Described,
  { shardSize, signal }: PlanModelOptions
): Promise<PlannedFile[]> {
  if (shardSize !== undefined) throw mismatch(checkpoint, 'an ONNX model has no shards')
  const bytes = await files.get(graph)!.read({ signal })
  return planOnnx(bytes, checkpoint, graph)
}

function planWeights(
  layout: Exclude<ModelLayout, { kind: 'onnx' }>,
  checkpoint: Described,
  shardSize: number | undefined
): PlannedFile[] {
  switch (layout.kind) {
    case 'adapter':
      if (shardSize === undefined) return [planFile(checkpoint, ADAPTER_FILE_NAME)]
      throw mismatch(checkpoint, 'an adapter is one file; PEFT reads no shards of it')
    case 'file':
      if (shardSize === undefined) return [planFile(checkpoint)]
      return planShards(checkpoint, layOutShards(checkpoint, shardSize))
    case 'folder':
      if (shardSize === undefined)
        return planShards(checkpoint, sameShards(layout.shards, checkpoint))
      return planShards(checkpoint, layOutShards(checkpoint, shardSize))
  }
}

/** The shards of a layout, filled with the tensors as they are now. */
function sameShards(shards: readonly ShardContents[], checkpoint: Described): PlannedShard[] {
  let placed = 0
  const planned = shards.map(({ fileName, tensors }) => {
    placed += tensors.length
    return { fileName, tensors: tensors.map(tensor => required(checkpoint, fileName, tensor)) }
  })
  if (placed === checkpoint.tensors.size) return planned
  const listed = new Set(shards.flatMap(({ tensors }) => tensors))
  const added = [...checkpoint.tensors.keys()].find(name => !listed.has(name))
  throw mismatch(checkpoint, `no shard is meant for tensor ${JSON.stringify(added)}`, added)
}

function required(checkpoint: Described, fileName: string, tensor: string): TensorInfo {
  const info = checkpoint.tensors.get(tensor)
  if (info !== undefined) return info
  throw mismatch(checkpoint, `${fileName} needs tensor ${JSON.stringify(tensor)}`, tensor)
}

function mismatch(checkpoint: Described, problem: string, tensor?: string): TensorError {
  return new TensorError(
    'LAYOUT_MISMATCH',
    `${checkpoint.name} can't be written in the form of the other model: ${problem}`,
    {
      details: { checkpoint: checkpoint.name, problem, ...(tensor === undefined ? {} : { tensor }) }
    }
  )
}

async function planCompanion(
  file: CompanionFile,
  { dtype, signal }: PlanModelOptions
): Promise<PlannedFile> {
  const bytes = await file.read({ signal })
  const isToldDtype = dtype !== undefined && file.fileName === CONFIG_NAME
  return planBytes(file.fileName, isToldDtype ? withDtype(CONFIG_NAME, bytes, dtype) : bytes)
}
