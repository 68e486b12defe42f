import type { Checkpoint, TensorInfo } from '../../checkpoint.ts'
import { compareNames } from '../../describe.ts'
import type { AdapterConfig } from './config.ts'
import { invalidAdapter, unsupportedAdapter } from './errors.ts'

/** The tensors of one module. */
export interface AdapterTensors {
  a?: TensorInfo
  b?: TensorInfo
  bias?: TensorInfo
  isEmbedding: boolean
}

/** An adapter's tensors by what they are for. */
export interface SortedTensors {
  /** By module, sorted. */
  factors: Map<string, AdapterTensors>
  /** Name in the base → name in the adapter. */
  saved: Map<string, string>
}

/** What PEFT puts before the names of the base's modules. */
const PREFIX = 'base_model.model.'

/** What ends the name of a factor, and which it is. */
const FACTORS: readonly (readonly [
  ending: string,
  part: 'a' | 'b' | 'bias',
  isEmbedding: boolean
])[] = [
  ['.lora_A.weight', 'a', false],
  ['.lora_B.weight', 'b', false],
  ['.lora_B.bias', 'bias', false],
  ['.lora_embedding_A', 'a', true],
  ['.lora_embedding_B', 'b', true]
]

/**
 * Sorts an adapter's tensors by their names, which are PEFT's.
 *
 * @throws {TensorError} `ADAPTER_INVALID` for a name without the prefix, for a module that has both kinds of factors, or two
 *   tensors for one of the base; `ADAPTER_UNSUPPORTED` for factors of another kind
 */
export function sortTensors(
  checkpoint: Checkpoint,
  { name: adapter }: AdapterConfig
): SortedTensors {
  const factors = new Map<string, AdapterTensors>()
  const saved = new Map<string, string>()
  for (const info of [...checkpoint.tensors.values()].sort((a, b) =>
    compareNames(a.name, b.name)
  )) {
    if (!info.name.startsWith(PREFIX)) {
      const problem = `tensor ${JSON.stringify(info.name)} doesn't begin with ${PREFIX}`
      throw invalidAdapter(adapter, problem)
    }
    const name = info.name.slice(PREFIX.length)
    const factor = FACTORS.find(([ending]) => name.endsWith(ending) && name !== ending)
    if (factor === undefined) addSaved(adapter, saved, name, info)
    else addFactor(adapter, factors, name.slice(0, -factor[0].length), factor, info)
  }
  return { factors: new Map([...factors].sort(([a], [b]) => compareNames(a, b))), saved }
}

function addFactor(
  adapter: string,
  factors: Map<string, AdapterTensors>,
  module: string,
  [, part, isEmbedding]: (typeof FACTORS)[number],
  info: TensorInfo
): void {
  const tensors = factors.get(module) ?? { isEmbedding }
  if (tensors.isEmbedding !== isEmbedding) {
    const problem = `module ${JSON.stringify(module)} has factors of an embedding and of a linear one`
    throw invalidAdapter(adapter, problem)
  }
  tensors[part] = info
  factors.set(module, tensors)
}

/** A base's tensor that LoRA wraps is stored below `base_layer`, a module that is saved whole below its own name. */
function addSaved(
  adapter: string,
  saved: Map<string, string>,
  name: string,
  info: TensorInfo
): void {
  if (/\.lora_[^.]*(\.[^.]*)?$/.test(name)) {
    const why = 'factors of another kind than LoRA’s A and B'
    throw unsupportedAdapter(adapter, `tensor ${JSON.stringify(info.name)}`, why)
  }
  const tensor = name.replace(/\.base_layer(\.[^.]+)$/, '$1')
  if (saved.has(tensor)) {
    throw invalidAdapter(adapter, `two tensors replace ${JSON.stringify(tensor)} of the base`)
  }
  saved.set(tensor, info.name)
}
