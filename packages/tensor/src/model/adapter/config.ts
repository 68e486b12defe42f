import { MAX_ADAPTER_RANK, MAX_CONFIG_DEPTH } from '../../limits.ts'
import { JsonScanner, type JsonValue } from '../../safetensors/json-scanner.ts'
import { ADAPTER_CONFIG_NAME } from '../companion-names.ts'
import { decodeConfig } from '../config-text.ts'
import { invalidAdapter } from './errors.ts'
import { requireLowRankUpdate } from './refusals.ts'

/** What a PEFT `adapter_config.json` says of a LoRA adapter, as far as it says what the adapter does to its base. */
export interface AdapterConfig {
  /** What to call it in an error. */
  readonly name: string
  /** r, where no pattern says otherwise. */
  readonly rank: number
  /** α (`lora_alpha`), where no pattern says otherwise. */
  readonly alpha: number
  /** r of the modules that a regular expression names; the first that matches counts. */
  readonly rankPattern: ReadonlyMap<string, number>
  /** α of the modules that a regular expression names; the first that matches counts. */
  readonly alphaPattern: ReadonlyMap<string, number>
  /** Names or their last parts, one regular expression, or `all-linear`; undefined where PEFT chose by architecture. */
  readonly targetModules: readonly string[] | string | undefined
  /** Names or their last parts, or one regular expression. */
  readonly excludeModules: readonly string[] | string
  /** Modules that are stored whole. */
  readonly modulesToSave: readonly string[]
  /** Indices of the layers that the target modules are looked for in; undefined for all. */
  readonly layersToTransform: readonly number[] | undefined
  /** Names of the lists of layers that the indices count in; none for any list. */
  readonly layersPattern: readonly string[]
  /** Whether the base stores weights as `[in, out]` (`Conv1D` of GPT-2). */
  readonly fanInFanOut: boolean
  /** Whether s = α/√r instead of α/r (rsLoRA, arXiv 2312.03732). */
  readonly usesRslora: boolean
  /** Whether the weights are W·m/‖W‖ (DoRA, arXiv 2402.09353), which B·A alone isn't. */
  readonly usesDora: boolean
  /** Whether B has biases. */
  readonly hasLoraBias: boolean
}

/** Fields that {@link parseAdapterConfig} or {@link requireLowRankUpdate} reads, and those that only describe. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['peft_type', 'task_type', 'base_model_name_or_path', 'revision', 'init_lora_weights'],
  ...['r', 'lora_alpha', 'rank_pattern', 'alpha_pattern', 'target_modules', 'exclude_modules'],
  ...['modules_to_save', 'layers_to_transform', 'layers_pattern', 'fan_in_fan_out'],
  ...['use_rslora', 'use_dora', 'lora_bias', 'bias']
])

/**
 * Parses the `adapter_config.json` of a LoRA adapter as PEFT writes it, and refuses, by name, what isn't a low-rank update of
 * the base's weights. DoRA passes, for its tensors can be carried as they are; `adapterModules` refuses it.
 *
 * @param bytes the whole file, at most `MAX_CONFIG_BYTES`
 * @param name what to call the adapter in an error
 * @throws {TensorError} `ADAPTER_INVALID` when a field isn't what it may be; `ADAPTER_UNSUPPORTED` when the adapter does more
 *   than ΔW = s·B·A, changed its base, or has a field that this version doesn't know; `MODEL_INVALID` when the file is too
 *   long or not UTF-8
 */
export function parseAdapterConfig(
  bytes: Uint8Array,
  name: string = ADAPTER_CONFIG_NAME
): AdapterConfig {
  const fields = parseFields(bytes, name)
  requireLowRankUpdate(name, fields, KNOWN)
  const read = new FieldReader(fields, name)
  const layers = fields.get('layers_to_transform') ?? null
  return {
    name,
    rank: read.number('r', 8, isRank),
    alpha: read.number('lora_alpha', 8, isAlpha),
    rankPattern: read.numbers('rank_pattern', isRank),
    alphaPattern: read.numbers('alpha_pattern', isAlpha),
    targetModules: read.names('target_modules'),
    excludeModules: read.names('exclude_modules') ?? [],
    modulesToSave: [read.names('modules_to_save') ?? []].flat(),
    layersToTransform: isNothing(layers) ? undefined : read.indices('layers_to_transform', layers),
    layersPattern: [read.names('layers_pattern') ?? []].flat().filter(pattern => pattern !== ''),
    fanInFanOut: read.flag('fan_in_fan_out'),
    usesRslora: read.flag('use_rslora'),
    usesDora: read.flag('use_dora'),
    hasLoraBias: read.flag('lora_bias')
  }
}

function parseFields(bytes: Uint8Array, name: string): ReadonlyMap<string, JsonValue> {
  const fail = (problem: string) => invalidAdapter(name, problem)
  const scanner = new JsonScanner(decodeConfig(name, bytes), 'its configuration', fail)
  const fields = scanner.value(MAX_CONFIG_DEPTH)
  scanner.end()
  if (fields instanceof Map) return fields
  throw invalidAdapter(name, 'its configuration is no object')
}

/** A rank that memory can hold; PEFT refuses 0 and less. */
function isRank(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0 && value <= MAX_ADAPTER_RANK
}

function isAlpha(value: number): boolean {
  return Number.isFinite(value)
}

function isNothing(value: JsonValue): boolean {
  return value === null || (Array.isArray(value) && value.length === 0)
}

/** Reads fields by type; one that is missing or null has its default. */
class FieldReader {
  readonly #fields: ReadonlyMap<string, JsonValue>
  readonly #name: string

  constructor(fields: ReadonlyMap<string, JsonValue>, name: string) {
    this.#fields = fields
    this.#name = name
  }

  number(field: string, missing: number, isAllowed: (value: number) => boolean): number {
    const value = this.#fields.get(field) ?? missing
    if (typeof value === 'number' && isAllowed(value)) return value
    throw this.#wrong(field, 'a number that it may be')
  }

  numbers(field: string, isAllowed: (value: number) => boolean): Map<string, number> {
    const value = this.#fields.get(field) ?? new Map<string, JsonValue>()
    if (!(value instanceof Map)) throw this.#wrong(field, 'an object')
    const numbers = new Map<string, number>()
    for (const [pattern, number] of value as ReadonlyMap<string, JsonValue>) {
      if (typeof number !== 'number' || !isAllowed(number)) {
        throw this.#wrong(`${field} of ${JSON.stringify(pattern)}`, 'a number that it may be')
      }
      numbers.set(pattern, number)
    }
    return numbers
  }

  names(field: string): string[] | string | undefined {
    const value = this.#fields.get(field) ?? undefined
    if (value === undefined || typeof value === 'string') return value
    if (isNames(value)) return value
    throw this.#wrong(field, 'text or a list of text')
  }

  indices(field: string, value: JsonValue): number[] {
    const indices = Array.isArray(value) ? value : [value]
    if (indices.every(index => Number.isSafeInteger(index) && index >= 0)) return indices
    throw this.#wrong(field, 'layer numbers')
  }

  flag(field: string): boolean {
    const value = this.#fields.get(field) ?? false
    if (typeof value === 'boolean') return value
    throw this.#wrong(field, 'true or false')
  }

  #wrong(field: string, expected: string): Error {
    return invalidAdapter(this.#name, `${field} is not ${expected}`)
  }
}

function isNames(value: JsonValue): value is string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string')
}
