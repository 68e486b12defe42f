import type { Checkpoint } from '../../../src/checkpoint.ts'
import { memoryCheckpoint } from '../../../src/memory-checkpoint.ts'
import { type AdapterConfig, parseAdapterConfig } from '../../../src/model/adapter/config.ts'

/** A configuration with every field that PEFT 0.17 writes. */
export const WRITTEN: Readonly<Record<string, unknown>> = {
  alora_invocation_tokens: null,
  alpha_pattern: {},
  auto_mapping: null,
  base_model_name_or_path: 'org/base',
  bias: 'none',
  corda_config: null,
  eva_config: null,
  exclude_modules: null,
  fan_in_fan_out: false,
  inference_mode: true,
  init_lora_weights: true,
  layer_replication: null,
  layers_pattern: null,
  layers_to_transform: null,
  loftq_config: {},
  lora_alpha: 16,
  lora_bias: false,
  lora_dropout: 0.05,
  megatron_config: null,
  megatron_core: 'megatron.core',
  modules_to_save: null,
  peft_type: 'LORA',
  peft_version: '0.17.1',
  qalora_group_size: 16,
  r: 4,
  rank_pattern: {},
  revision: null,
  target_modules: ['q_proj', 'v_proj'],
  target_parameters: null,
  task_type: 'CAUSAL_LM',
  trainable_token_indices: null,
  use_dora: false,
  use_qalora: false,
  use_rslora: false
}

/** Parses that configuration with some fields replaced. */
export const parse = (fields: Record<string, unknown> = {}): AdapterConfig =>
  parseAdapterConfig(Buffer.from(JSON.stringify({ ...WRITTEN, ...fields })), 'the adapter')

/** A checkpoint of F32 tensors of zeros. */
export function tensors(shapes: Record<string, readonly number[]>): Checkpoint {
  return memoryCheckpoint({
    name: 'the adapter',
    tensors: Object.entries(shapes).map(([name, shape]) => ({
      ...{ name, dtype: 'F32', shape },
      data: new Float32Array(shape.reduce((product, length) => product * length, 1))
    }))
  })
}
