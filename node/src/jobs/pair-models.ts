import type { LossyCodec } from '@soup/delta'
import { type Model, requireSameGraph, requireSameTokenizer, withTiedWeights } from '@soup/tensor'
import { NodeError } from '../errors.ts'
import { isAdapterOver } from './adapters.ts'

/** A codec with its settings. */
export type CodecChoice =
  | { name: 'exact' }
  /** An adapter as it is; of a whole model, one of this rank is extracted. */
  | { name: 'lora'; rank?: number | undefined }
  | { name: LossyCodec; density?: number | undefined }

/** How a delta is to be made of a base and an expert. */
export interface PairOptions {
  /** What suits the expert unless given: `lora` for an adapter, else `exact`. */
  codec?: CodecChoice | undefined
  /** Whether the expert may have another tokenizer than the base. */
  anyTokenizer?: boolean | undefined
}

/** A base and an expert that a delta can be made of. */
export interface ModelPair {
  base: Model
  /** With the tensors of the base where the two only store tied weights in other ways. */
  expert: Model
  codec: CodecChoice
}

/**
 * Finds out from the headers of a base and an expert how they become a delta.
 *
 * @param stored the base, and `tuned` the expert, as they are stored; stay the caller's
 * @throws NodeError CODEC_UNFIT; TensorError TOKENIZER_DIFFERS, GRAPH_DIFFERS
 */
export async function pairModels(
  stored: Model,
  tuned: Model,
  { codec: choice, anyTokenizer }: PairOptions
): Promise<ModelPair> {
  const codec = codecFor(stored, tuned, choice)
  const isAdapter = isAdapterOver(stored, tuned)
  const base = isAdapter ? stored : await withTiedWeights(stored, tuned.tensors.keys())
  const expert = isAdapter ? tuned : await withTiedWeights(tuned, stored.tensors.keys())
  if (anyTokenizer !== true) requireSameTokenizer(base, expert)
  if (base.layout.kind === 'onnx') await requireSameGraph(base, expert)
  return { base, expert, codec }
}

function codecFor(base: Model, expert: Model, choice: CodecChoice | undefined): CodecChoice {
  const isAdapter = isAdapterOver(base, expert)
  const codec: CodecChoice = choice ?? { name: isAdapter ? 'lora' : 'exact' }
  if (isAdapter && codec.name !== 'lora') {
    throw unfit(codec, `${expert.name} is an adapter, which travels as it is with --codec lora`)
  }
  if (isAdapter && codec.name === 'lora' && codec.rank !== undefined) {
    throw unfit(codec, `${expert.name} is an adapter, which has its rank: leave out --rank`)
  }
  if (!isAdapter && codec.name === 'lora' && codec.rank === undefined) {
    throw unfit(codec, `${expert.name} is a whole model: say which --rank its adapter is to have`)
  }
  return codec
}

function unfit({ name }: CodecChoice, problem: string): NodeError {
  return new NodeError('CODEC_UNFIT', problem, { details: { codec: name } })
}
