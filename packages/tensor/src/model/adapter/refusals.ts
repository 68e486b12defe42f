import type { JsonValue } from '../../safetensors/json-scanner.ts'
import { unsupportedAdapter } from './errors.ts'

const CHANGES_BASE =
  'it starts from a changed base, so that the adapter is no update of the base; save it with PEFT’s path_initial_model_for_weight_conversion'

/**
 * Ways to initialise the factors after which base + ΔW is the model, by what PEFT 0.19 calls them: with B = 0 or A = 0
 * (`mica`), or with random factors (`false`), the base stays what it is. `eva` chooses A and the ranks by data, which
 * `rank_pattern` then says.
 */
const HARMLESS_INITS: ReadonlySet<JsonValue> = new Set([
  ...[true, false, 'true', 'false', null, 'gaussian', 'eva', 'orthogonal', 'mica']
])

/** Ways that subtract something from the base first. PiSSA also has names such as `pissa_niter_16`. */
const BASE_CHANGING_INITS = /^(pissa(_niter_\d+)?|olora|corda|loftq|lora_ga)$/

/** Fields that make an adapter more than ΔW = s·B·A over the base's own modules, unless they are empty, and how. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['alora_invocation_tokens', 'it acts on some tokens only (aLoRA), which no weights can'],
  ['layer_replication', 'it has more layers than its base'],
  ['megatron_config', 'its modules are cut into parallel parts'],
  ['trainable_token_indices', 'it replaces rows of embeddings'],
  ['use_qalora', 'its input is pooled first (QALoRA)'],
  ['target_parameters', 'it updates parameters that are no modules'],
  ['use_bdlora', 'its factors are block-diagonal (BD-LoRA)'],
  ['arrow_config', 'it routes tokens between adapters (Arrow)'],
  ['kasa_config', 'it truncates the base (KaSA)'],
  ['monteclora_config', 'it samples its factors (MonteCLoRA)'],
  ['ensure_weight_tying', 'its factors are tied between embedding and head']
])

/** Fields that say how the adapter was trained or what PEFT wrote it; they change nothing of ΔW. */
const IGNORED: ReadonlySet<string> = new Set([
  ...['auto_mapping', 'inference_mode', 'lora_dropout', 'peft_version', 'runtime_config'],
  ...['loftq_config', 'eva_config', 'corda_config', 'lora_ga_config', 'velora_config'],
  ...['megatron_core', 'qalora_group_size']
])

/**
 * Refuses, by name, what an adapter's configuration says that isn't a low-rank update of the base's weights.
 *
 * @param known fields that the caller reads itself
 * @throws {TensorError} `ADAPTER_UNSUPPORTED`, also for a field that this version doesn't know, unless it is empty
 */
export function requireLowRankUpdate(
  adapter: string,
  fields: ReadonlyMap<string, JsonValue>,
  known: ReadonlySet<string>
): void {
  const kind = fields.get('peft_type')
  if (kind !== 'LORA') {
    throw unsupportedAdapter(adapter, 'peft_type', `expected LORA, got ${JSON.stringify(kind)}`)
  }
  const init = fields.get('init_lora_weights') ?? null
  if (typeof init === 'string' && BASE_CHANGING_INITS.test(init)) {
    throw unsupportedAdapter(adapter, `init_lora_weights ${init}`, CHANGES_BASE)
  }
  if (!HARMLESS_INITS.has(init)) {
    throw unsupportedAdapter(adapter, 'init_lora_weights', 'an initialisation that is not known')
  }
  for (const [field, value] of fields) {
    if (known.has(field) || IGNORED.has(field) || isEmpty(value)) continue
    const why = REFUSED.get(field) ?? 'this version does not know what it means'
    throw unsupportedAdapter(adapter, JSON.stringify(field), why)
  }
}

function isEmpty(value: JsonValue): boolean {
  if (value === null || value === false || value === '') return true
  return typeof value === 'object' && ('size' in value ? value.size : value.length) === 0
}
