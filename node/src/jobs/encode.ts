import {
  checkAdapterFits,
  type EncodeOptions,
  encodeExact,
  encodeLora,
  encodeLossy,
  extractAdapter,
  payloadContents,
  payloadLoss
} from '@soup/delta'
import type { ProgressOptions } from '@soup/interface'
import { type Loss, tensorsId } from '@soup/manifest'
import {
  type Checkpoint,
  type CheckpointOpener,
  fileSink,
  fileSpool,
  hasTransposedWeights,
  type Model,
  packModel,
  readAdapter,
  type Spool,
  safetensorsBytes,
  writeSafetensors
} from '@soup/tensor'
import { adapterFiles, isAdapterOver } from './adapters.ts'
import { MODEL_MODULE, type ModelSpec, withModel } from './model.ts'
import { type CodecChoice, type PairOptions, pairModels } from './pair-models.ts'

/** What a delta is made of. */
export interface EncodeInput extends PairOptions {
  base: ModelSpec
  expert: ModelSpec
  /** Where the payload goes. */
  path: string
}

/** What an expert's record says of its delta. */
export interface EncodedModel {
  /** Id of the tensors that the delta leads to. */
  id: string
  /** Size of the expert as one safetensors file. */
  sizeBytes: number
  codec: CodecChoice['name']
  /** What was lost, of a codec that loses something. */
  loss?: Loss | undefined
}

/** A delta, not packed yet: its tensors, and the form and files of what it decodes to. */
interface Delta {
  payload: Checkpoint
  form: Pick<Model, 'layout' | 'files'>
  loss?: Loss | undefined
}

/**
 * Encodes base → expert and writes the payload to `path`. What the headers tell is checked before anything is read.
 *
 * @returns the expert as the delta describes it, so that nobody need read it again
 * @throws NodeError CODEC_UNFIT; TensorError TOKENIZER_DIFFERS, GRAPH_DIFFERS; DeltaError
 */
export async function encodeJob(
  input: EncodeInput,
  options: ProgressOptions
): Promise<EncodedModel> {
  return await withModel(
    input.base,
    base => withModel(input.expert, expert => encode(base, expert, input, options), options),
    options
  )
}

/** Compressed sizes are known only afterwards, and the header comes first: hence a spool beside the file. */
async function encode(
  stored: Model,
  tuned: Model,
  input: EncodeInput,
  options: ProgressOptions
): Promise<EncodedModel> {
  const { base, expert, codec } = await pairModels(stored, tuned, input)
  const spool = await fileSpool(`${input.path}.spool`)
  try {
    // Other threads open both as they are stored, without tied weights shown.
    const isStored = base === stored && expert === tuned
    const openers = isStored
      ? { base: opener(input.base), expert: opener(input.expert) }
      : undefined
    const settings = { ...options, openers }
    const { payload, form, loss } = await encodeAs(codec, base, expert, spool, settings)
    const { layout, files } = form
    const packed = packModel({ ...payload, layout, files }, { except: stored.files.values() })
    const sink = await fileSink(input.path, { sizeBytes: safetensorsBytes(packed) })
    await writeSafetensors(packed, sink, options)
    const id = tensorsId(payloadContents(payload).tensors)
    return { id, sizeBytes: safetensorsBytes(expert), codec: codec.name, loss }
  } finally {
    await spool.close()
  }
}

function opener(model: ModelSpec): CheckpointOpener {
  return { module: MODEL_MODULE, input: model }
}

async function encodeAs(
  codec: CodecChoice,
  base: Model,
  expert: Model,
  spool: Spool,
  options: EncodeOptions
): Promise<Delta> {
  if (isAdapterOver(base, expert)) {
    checkAdapterFits(base, await readAdapter(expert))
    return { payload: await encodeLora(expert, options), form: expert }
  }
  if (codec.name === 'lora') return await extract(base, expert, codec.rank!, spool, options)
  if (codec.name === 'exact') {
    return { payload: await encodeExact(base, expert, spool, options), form: expert }
  }
  const payload = await encodeLossy(
    base,
    expert,
    spool,
    { codec: codec.name, density: codec.density },
    options
  )
  return { payload, form: expert, loss: payloadLoss(payload) }
}

/** The adapter adds a projection of Δ, so that its cosine to Δ follows from the error: cos² = 1 − error². */
async function extract(
  base: Model,
  expert: Model,
  rank: number,
  spool: Spool,
  options: ProgressOptions
): Promise<Delta> {
  const { adapter, relativeError } = await extractAdapter(
    {
      base,
      expert,
      rank,
      saveOthers: true,
      fanInFanOut: await hasTransposedWeights(base, options)
    },
    spool,
    options
  )
  const cosine = Math.sqrt(Math.max(0, 1 - relativeError ** 2))
  return {
    payload: await encodeLora(adapter.checkpoint, options),
    form: { layout: { kind: 'adapter' }, files: await adapterFiles(adapter) },
    loss: { relativeError, cosine }
  }
}
