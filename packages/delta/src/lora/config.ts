import { compareNames } from '@soup/tensor'
import { isBaseLayerName, type LoraAdapter, type LoraModule } from './adapter.ts'

/** What PEFT wants to find besides what an adapter itself determines. */
const DEFAULTS = {
  base_model_name_or_path: null,
  inference_mode: true,
  lora_dropout: 0,
  peft_type: 'LORA',
  task_type: null
}

/** How factors came about and which modules a pattern chose: it isn't true of an adapter that was computed. */
const COMPUTED = {
  bias: 'none',
  exclude_modules: null,
  init_lora_weights: true,
  layers_pattern: null,
  layers_to_transform: null,
  use_dora: false,
  use_rslora: false
}

/**
 * Writes the `adapter_config.json` of an adapter, as PEFT reads it: `r`, `lora_alpha`, `rank_pattern`, `alpha_pattern`,
 * `target_modules`, `modules_to_save`, `fan_in_fan_out` and `lora_bias` follow from the adapter.
 *
 * Modules are named in full: what a suffix or a pattern would choose depends on the base. Where ranks or scalings differ,
 * the patterns hold every module, longer names first, because PEFT takes the first pattern that ends a module's name.
 *
 * @param template fields of a config to start from, e.g. of the first adapter of a soup: the base's name, the task
 * @returns JSON, UTF-8, keys sorted, as PEFT writes it
 */
export function adapterConfigFor(
  adapter: LoraAdapter,
  template: Readonly<Record<string, unknown>> = {}
): Uint8Array<ArrayBuffer> {
  const fields: Record<string, unknown> = {
    ...DEFAULTS,
    ...template,
    ...COMPUTED,
    ...derive(adapter)
  }
  const sorted = Object.fromEntries(
    Object.keys(fields)
      .sort(compareNames)
      .map(key => [key, fields[key]])
  )
  return new TextEncoder().encode(JSON.stringify(sorted, undefined, 2))
}

function derive({ modules, saved }: LoraAdapter): Record<string, unknown> {
  const largest = modules.reduce<LoraModule | undefined>(
    (best, module) => (best === undefined || module.rank > best.rank ? module : best),
    undefined
  )
  const isUniform = modules.every(
    module => module.rank === largest?.rank && alpha(module) === alpha(largest)
  )
  const longestFirst = [...modules].sort(
    (a, b) => b.name.length - a.name.length || compareNames(a.name, b.name)
  )
  const pattern = (value: (module: LoraModule) => number) =>
    isUniform ? {} : Object.fromEntries(longestFirst.map(module => [module.name, value(module)]))
  const whole = [...saved].flatMap(([tensor, name]) => (isBaseLayerName(name) ? [] : [tensor]))
  return {
    r: largest?.rank ?? 1,
    lora_alpha: largest === undefined ? 1 : alpha(largest),
    rank_pattern: pattern(module => module.rank),
    alpha_pattern: pattern(alpha),
    target_modules: modules.map(({ name }) => name).sort(compareNames),
    modules_to_save: whole.length === 0 ? null : moduleNames(whole),
    fan_in_fan_out: modules.some(({ fanInFanOut }) => fanInFanOut),
    lora_bias: modules.some(({ bias }) => bias !== undefined)
  }
}

/** α of s = α/r. */
function alpha({ scaling, rank }: LoraModule): number {
  return scaling * rank
}

/** `lm_head` of `lm_head.weight`, once each. */
function moduleNames(tensors: Iterable<string>): string[] {
  const names = [...tensors].map(tensor => tensor.replace(/\.[^.]*$/, ''))
  return [...new Set(names)].sort(compareNames)
}
