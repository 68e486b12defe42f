import type { AbortOptions } from '@soup/interface'
import { tensorInfo } from '../tensor-info.ts'
import { CONFIG_NAME } from './companion-names.ts'
import { type ConfigField, configFields, decodeConfig, replaceValues } from './config-text.ts'
import { memoryCompanion } from './memory-companion.ts'
import type { Model, ModelLayout } from './model.ts'

/** Whether input embedding and output head are one tensor. */
const TIE_FIELD = 'tie_word_embeddings'

/**
 * Names of one tensor in a model whose weights are tied, in pairs: of Llama and most decoders, of GPT-2, GPT-NeoX, OPT,
 * BLOOM and Falcon, Mamba, models with an image part, BART. Not of T5: there a tied head is also scaled, so that a model
 * that says it isn't tied computes something else.
 */
const TIED: readonly (readonly [string, string])[] = [
  ['lm_head.weight', 'model.embed_tokens.weight'],
  ['lm_head.weight', 'transformer.wte.weight'],
  ['embed_out.weight', 'gpt_neox.embed_in.weight'],
  ['lm_head.weight', 'model.decoder.embed_tokens.weight'],
  ['lm_head.weight', 'transformer.word_embeddings.weight'],
  ['lm_head.weight', 'backbone.embeddings.weight'],
  ['lm_head.weight', 'model.language_model.embed_tokens.weight'],
  ['language_model.lm_head.weight', 'language_model.model.embed_tokens.weight'],
  ['lm_head.weight', 'model.shared.weight'],
  ['model.encoder.embed_tokens.weight', 'model.shared.weight'],
  ['model.decoder.embed_tokens.weight', 'model.shared.weight']
]

/**
 * Shows a model whose weights are tied as if it stored them apart, where another model of the same base does: so that
 * base and expert have the same tensors when the fine-tune unties what the base tied, or stores under one name what the
 * other stores under two.
 *
 * A name is served from the tensor that it is tied to when the model lacks it, has the other, and its `config.json` doesn't
 * say `tie_word_embeddings: false`. Where it says nothing the weights are tied: a head that is neither stored nor tied
 * would be random, and transformers writes the field wherever a model isn't tied. A model without `config.json` (a single
 * file) says nothing of ties, and one that isn't tied has no head to show: there the name stays missing, and whoever
 * compares the tensors says so.
 *
 * What is shown is a model of its own: the layout has the name in the shard of the tensor that it is tied to, and
 * `config.json` says that the weights are not tied, for what is computed from them may differ.
 *
 * @param model whatever is not tied in it is left as it is; stays the caller's
 * @param wanted names of the tensors of the other model
 * @returns the model itself when it lacks nothing that it could show
 * @throws {TensorError} `MODEL_INVALID` when its `config.json` is broken
 */
export async function withTiedWeights(
  model: Model,
  wanted: Iterable<string>,
  options?: AbortOptions
): Promise<Model> {
  const aliases = new Map<string, string>()
  for (const name of wanted) {
    const source = model.tensors.has(name) ? undefined : tiedTo(model, name)
    if (source !== undefined) aliases.set(name, source)
  }
  const config = model.files.get(CONFIG_NAME)
  if (aliases.size === 0 || config === undefined) return model
  const text = decodeConfig(CONFIG_NAME, await config.read(options))
  const fields = configFields(CONFIG_NAME, text).filter(({ name }) => name === TIE_FIELD)
  if (fields.some(({ value }) => value === false)) return model
  return showing(model, aliases, untied(text, fields))
}

function tiedTo(model: Model, name: string): string | undefined {
  return TIED.filter(pair => pair.includes(name))
    .flatMap(pair => pair.filter(other => other !== name))
    .find(other => model.tensors.has(other))
}

/** The text of a configuration that says that the weights are not tied. */
function untied(text: string, fields: readonly ConfigField[]): Uint8Array {
  if (fields.length > 0) return Buffer.from(replaceValues(text, fields, 'false'))
  const begin = text.indexOf('{') + 1
  const rest = text.slice(begin)
  const comma = /^\s*\}/.test(rest) ? '' : ','
  return Buffer.from(`${text.slice(0, begin)}\n  "${TIE_FIELD}": false${comma}${rest}`)
}

function showing(model: Model, aliases: ReadonlyMap<string, string>, config: Uint8Array): Model {
  const { name, metadata, isSequential, files } = model
  const tensors = new Map(model.tensors)
  for (const [alias, source] of aliases) {
    tensors.set(alias, { ...tensorInfo(model, source), name: alias })
  }
  return {
    name,
    metadata,
    tensors,
    isSequential,
    layout: withAliases(model.layout, aliases),
    files: new Map(files).set(CONFIG_NAME, memoryCompanion(CONFIG_NAME, config)),
    open: (tensor, offset) => model.open(aliases.get(tensor) ?? tensor, offset),
    close: () => Promise.resolve()
  }
}

function withAliases(layout: ModelLayout, aliases: ReadonlyMap<string, string>): ModelLayout {
  if (layout.kind !== 'folder') return layout
  const shards = layout.shards.map(({ fileName, tensors }) => ({
    fileName,
    tensors: [
      ...tensors,
      ...[...aliases].flatMap(([alias, source]) => (tensors.includes(source) ? [alias] : []))
    ]
  }))
  return { kind: 'folder', shards }
}
