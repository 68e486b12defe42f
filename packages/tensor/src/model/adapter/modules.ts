import type { Checkpoint, TensorInfo } from '../../checkpoint.ts'
import { MAX_MODULE_NAME_LENGTH } from '../../limits.ts'
import type { AdapterConfig } from './config.ts'
import { invalidAdapter, unsupportedAdapter } from './errors.ts'
import { patternCompiler } from './pattern.ts'
import { type ModuleScaling, scalingOf } from './scalings.ts'
import { targetMatcher } from './targets.ts'
import { type AdapterTensors, sortTensors } from './tensor-names.ts'

/**
 * A module of the base whose weight an adapter changes: ΔW = s·B·A, or s·(B·A)ᵀ where the weight is stored transposed
 * (an embedding, `fan_in_fan_out`). B's bias, where there is one, changes the module's bias by s times it.
 */
export interface AdapterModule extends ModuleScaling {
  /** Path of the module in the base: `model.layers.0.self_attn.q_proj`. */
  readonly name: string
  /** Name of the base's tensor: `<name>.weight`. */
  readonly weight: string
  /** Name of A in the adapter: `[r, in]`; of an embedding `[r, num_embeddings]`. */
  readonly a: string
  /** Name of B in the adapter: `[out, r]`; of an embedding `[dim, r]`. */
  readonly b: string
  /** Name of B's bias in the adapter: `[out]`. */
  readonly bias?: string | undefined
  /** Whether the module is an embedding, whose weight is `[num_embeddings, dim]`. */
  readonly isEmbedding: boolean
  /**
   * Whether the configuration says that the weight is stored as `[in, out]`. PEFT itself goes by the module's class, so
   * the shape of the base's weight decides where the two differ.
   */
  readonly fanInFanOut: boolean
}

/** What a LoRA adapter does to its base. */
export interface Adapter {
  /** The factors and the tensors that are stored whole. */
  readonly checkpoint: Checkpoint
  /** Sorted by name. */
  readonly modules: readonly AdapterModule[]
  /** Tensors that replace the base's (`modules_to_save`, biases): name in the base → name in the adapter. */
  readonly saved: ReadonlyMap<string, string>
}

/**
 * Finds out from the names and shapes of an adapter's tensors, and from its configuration, what it does to its base.
 * Nothing of a tensor is read. The names are PEFT's: `base_model.model.<module>.lora_A.weight` and `.lora_B.weight`, of an
 * embedding `.lora_embedding_A` and `_B`; `.lora_B.bias`; whatever else has the prefix is stored whole.
 *
 * @param checkpoint the adapter's tensors; stays the caller's and open
 * @throws {TensorError} `ADAPTER_INVALID` when A or B is missing, their shapes contradict each other or the rank, or a
 *   module has factors that the configuration wouldn't give it; `ADAPTER_UNSUPPORTED` when a module is no matrix, is
 *   DoRA's, or a regular expression can't be matched safely
 */
export function adapterModules(checkpoint: Checkpoint, config: AdapterConfig): Adapter {
  if (config.usesDora) {
    const why = 'its weights are rescaled by magnitudes (DoRA), which no sum of deltas is'
    throw unsupportedAdapter(config.name, 'use_dora', why)
  }
  const { factors, saved } = sortTensors(checkpoint, config)
  const compile = patternCompiler()
  const isTarget = targetMatcher(config, compile)
  const scaling = scalingOf(config, compile)
  const modules = [...factors].map(([name, tensors]) => {
    if (name.length > MAX_MODULE_NAME_LENGTH) {
      throw invalidAdapter(config.name, `a module's name is longer than ${MAX_MODULE_NAME_LENGTH}`)
    }
    if (!isTarget(name)) {
      throw invalidAdapter(
        config.name,
        `module ${JSON.stringify(name)} has factors, but by its target_modules, exclude_modules, modules_to_save and layers_to_transform PEFT would ignore them`
      )
    }
    return readModule(config, name, tensors, scaling(name))
  })
  return { checkpoint, modules, saved }
}

function readModule(
  config: AdapterConfig,
  name: string,
  { a, b, bias, isEmbedding }: AdapterTensors,
  scaling: ModuleScaling
): AdapterModule {
  const module = `module ${JSON.stringify(name)}`
  if (a === undefined || b === undefined) {
    throw invalidAdapter(config.name, `${module} has no ${a === undefined ? 'A' : 'B'}`)
  }
  if (a.shape.length !== 2 || b.shape.length !== 2) {
    throw unsupportedAdapter(
      config.name,
      module,
      `its factors are ${a.dtype}[${a.shape}] and ${b.dtype}[${b.shape}], expected matrices`
    )
  }
  if (a.shape[0] !== scaling.rank || b.shape[1] !== scaling.rank) {
    throw invalidAdapter(
      config.name,
      `${module} has A [${a.shape}] and B [${b.shape}], which rank ${scaling.rank} of its configuration contradicts`
    )
  }
  checkBias(config, module, b, bias)
  return {
    name,
    weight: `${name}.weight`,
    ...scaling,
    a: a.name,
    b: b.name,
    bias: bias?.name,
    isEmbedding,
    fanInFanOut: config.fanInFanOut && !isEmbedding
  }
}

function checkBias(
  config: AdapterConfig,
  module: string,
  b: TensorInfo,
  bias: TensorInfo | undefined
): void {
  if ((bias !== undefined) !== config.hasLoraBias) {
    const said = bias === undefined ? 'has no bias of B' : 'has a bias of B'
    throw invalidAdapter(config.name, `${module} ${said}, which lora_bias contradicts`)
  }
  if (bias !== undefined && (bias.shape.length !== 1 || bias.shape[0] !== b.shape[0])) {
    throw invalidAdapter(
      config.name,
      `${module} has B [${b.shape}] and a bias [${bias.shape}] that contradict each other`
    )
  }
}
