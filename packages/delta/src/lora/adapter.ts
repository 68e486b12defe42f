import type { Checkpoint } from '@soup/tensor'

/** A module of the base that an adapter updates by two thin factors: ΔW = s·B·A. */
export interface LoraModule {
  /** Path of the module in the base: `model.layers.0.self_attn.q_proj`. */
  readonly name: string
  /** Name of the base's tensor: `<name>.weight`. */
  readonly weight: string
  /** r: rows of A, columns of B. */
  readonly rank: number
  /** s: α/r, or α/√r of a rank-stabilised adapter. */
  readonly scaling: number
  /** Name of A in the adapter: `[r, in]`; of an embedding `[r, num_embeddings]`. */
  readonly a: string
  /** Name of B in the adapter: `[out, r]`; of an embedding `[dim, r]`. */
  readonly b: string
  /** Whether the module is an embedding, whose weight `[num_embeddings, dim]` changes by s·(B·A)ᵀ. */
  readonly isEmbedding: boolean
  /** Whether the weight is stored as `[in, out]` (`Conv1D` of GPT-2), so that it changes by s·(B·A)ᵀ. */
  readonly fanInFanOut: boolean
  /** Name of B's bias in the adapter, `[out]`: the module's `<name>.bias` changes by s times it. */
  readonly bias?: string | undefined
}

/**
 * A low-rank adapter (LoRA, arXiv 2106.09685) over some base, as a PEFT folder holds it. The checkpoint stays
 * whoever's opened it.
 */
export interface LoraAdapter {
  /** The factors and the saved tensors. */
  readonly checkpoint: Checkpoint
  readonly modules: readonly LoraModule[]
  /**
   * Tensors that replace the base's (`modules_to_save`): name in the base → name in the adapter. A weight that has factors
   * may be among them under {@link peftBaseLayerName}; the factors are added to it.
   */
  readonly saved: ReadonlyMap<string, string>
}

/** Tells whether a module's weight changes by s·(B·A)ᵀ instead of s·B·A. */
export function isTransposed({ isEmbedding, fanInFanOut }: LoraModule): boolean {
  return isEmbedding || fanInFanOut
}

/** What PEFT puts before the names of the base's modules. */
const PREFIX = 'base_model.model.'

/** A module whose factors have the names that PEFT gives them. */
export function peftModule(
  name: string,
  { isEmbedding, ...rest }: Pick<LoraModule, 'rank' | 'scaling' | 'isEmbedding' | 'fanInFanOut'>
): LoraModule {
  const [before, after] = isEmbedding ? ['lora_embedding_', ''] : ['lora_', '.weight']
  const factor = (side: string) => `${PREFIX}${name}.${before}${side}${after}`
  return { name, weight: `${name}.weight`, a: factor('A'), b: factor('B'), isEmbedding, ...rest }
}

/** The name that PEFT gives to the bias of a module's B. */
export function peftBiasName(module: string): string {
  return `${PREFIX}${module}.lora_B.bias`
}

/** The name that PEFT gives to a tensor of the base that an adapter replaces. */
export function peftSavedName(tensor: string): string {
  return `${PREFIX}${tensor}`
}

/** What ends the name of a weight that PEFT stores beside its factors. */
const BASE_LAYER = '.base_layer.weight'

/**
 * The name that PEFT gives to the weight which a module's factors are added to, where an adapter brings it along: PEFT
 * stores an embedding that has factors so.
 */
export function peftBaseLayerName(module: string): string {
  return `${PREFIX}${module}${BASE_LAYER}`
}

/** Tells whether a saved tensor is the weight that factors are added to, rather than a module without factors. */
export function isBaseLayerName(name: string): boolean {
  return name.endsWith(BASE_LAYER)
}
