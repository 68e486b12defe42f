import { MAX_GLOB_BYTES, MAX_TENSOR_LAMBDAS } from '@soup/interface'
import { asCid, DAG_CBOR, DAG_PB, RAW } from './cid.ts'
import {
  type Codec,
  count,
  dictionary,
  finite,
  finiteWithin,
  lazy,
  link,
  list,
  literal,
  optional,
  pattern,
  refine,
  sha256,
  struct,
  text
} from './codecs.ts'
import { json } from './json-codec.ts'
import {
  MAX_DESCRIPTION_BYTES,
  MAX_INGREDIENTS,
  MAX_METRICS,
  MAX_NAME_BYTES,
  MAX_PARAMETERS,
  MAX_PAYLOAD_SIZE_BYTES,
  MAX_RECIPE_DEPTH,
  MAX_TIME_MS,
  MAX_TRAINER_ITEMS
} from './limits.ts'
import { leafCount } from './payload-shape.ts'
import type {
  BaseRecord,
  ExpertRecord,
  Ingredient,
  Loss,
  PayloadRef,
  Privacy,
  RecipeRecord,
  RewardRef,
  SoupRecord,
  TensorLambda
} from './records.ts'
import { dtype, tensorList } from './tensors-id.ts'

const name = text(MAX_NAME_BYTES)
const description = text(MAX_DESCRIPTION_BYTES, true)
const documentId = link('an id (CIDv1, dag-cbor, sha2-256)', [DAG_CBOR])
const operator = pattern(
  'a name of lower-case letters, digits and dashes',
  /^[a-z][a-z0-9-]{0,31}$/
)

const payload: Codec<PayloadRef> = refine(
  struct<PayloadRef>({
    root: link('a payload root (CIDv1, raw or dag-pb, sha2-256)', [RAW, DAG_PB]),
    bytes: count(MAX_PAYLOAD_SIZE_BYTES)
  }),
  ({ root, bytes }) => {
    const codec = leafCount(bytes) === 1 ? RAW : DAG_PB
    return asCid(root, [codec])
      ? undefined
      : `a ${codec === RAW ? 'raw' : 'dag-pb'} root for ${bytes} bytes`
  }
)

const notNegative = finiteWithin('from 0 on', value => value >= 0)
const positive = finiteWithin('above 0', value => value > 0)
const cosine = finiteWithin('from -1 to 1', value => Math.abs(value) <= 1)

const base: Codec<BaseRecord> = struct<BaseRecord>({
  kind: literal('base'),
  v: literal(1),
  base: documentId,
  name,
  license: optional(name),
  tensors: tensorList,
  bytes: count(),
  payload: optional(payload),
  created: count(MAX_TIME_MS)
})

const expert: Codec<ExpertRecord> = struct<ExpertRecord>({
  kind: literal('expert'),
  v: literal(1),
  base: documentId,
  result: documentId,
  reward: struct<RewardRef>({ name, description: optional(description) }),
  name: optional(name),
  description: optional(description),
  codec: operator,
  loss: optional(struct<Loss>({ relativeError: notNegative, cosine })),
  privacy: optional(struct<Privacy>({ clip: positive, noise: notNegative })),
  payload,
  bytes: count(),
  trainer: optional(json(MAX_TRAINER_ITEMS)),
  metrics: optional(dictionary(name, finite, MAX_METRICS)),
  license: optional(name),
  created: count(MAX_TIME_MS),
  supersedes: optional(documentId)
})

const ingredient: Codec<Ingredient> = refine(
  struct<Ingredient>({
    expert: optional(documentId),
    recipe: optional(lazy(() => recipe)),
    lambda: optional(finite)
  }),
  ({ expert: id, recipe: soup }) =>
    (id === undefined) === (soup === undefined) ? 'either an expert or a recipe' : undefined
)

const tensorLambda: Codec<TensorLambda> = struct<TensorLambda>({
  glob: text(MAX_GLOB_BYTES),
  lambda: list(finite, MAX_INGREDIENTS, 1)
})

/** A recipe; also what a recipe file holds. */
export const recipe: Codec<RecipeRecord> = refine(
  struct<RecipeRecord>({
    kind: literal('recipe'),
    v: literal(1),
    base: documentId,
    method: operator,
    parameters: optional(dictionary(operator, finite, MAX_PARAMETERS)),
    tensorLambda: optional(list(tensorLambda, MAX_TENSOR_LAMBDAS, 1)),
    fisher: optional(list(sha256, MAX_INGREDIENTS, 1)),
    ingredients: list(ingredient, MAX_INGREDIENTS, 1),
    dtype: optional(dtype),
    extrapolate: optional(literal(true)),
    sha256
  }),
  faultOfRecipe
)

/** @returns what a recipe breaks, all of whose fields are right by themselves */
function faultOfRecipe(soup: RecipeRecord): string | undefined {
  const { ingredients, tensorLambda: byTensor = [], fisher } = soup
  const names = ingredients.map(item => item.expert ?? recipeKey(item.recipe!))
  if (new Set(names).size < names.length) return 'every expert at most once in ingredients'
  if (depthOf(soup) > MAX_RECIPE_DEPTH) return `recipes at most ${MAX_RECIPE_DEPTH} deep`
  if (sizeOf(soup) > MAX_INGREDIENTS) return `at most ${MAX_INGREDIENTS} experts in all`
  if (ingredients.some(item => item.recipe !== undefined && item.recipe.base !== soup.base))
    return 'ingredients over the same base'
  const lists: readonly (readonly unknown[])[] = [
    ...byTensor.map(({ lambda }) => lambda),
    ...(fisher === undefined ? [] : [fisher])
  ]
  return lists.every(({ length }) => length === ingredients.length)
    ? undefined
    : 'as many entries in tensorLambda and fisher as ingredients'
}

/** Two recipes of the same soup are the same ingredient. */
function recipeKey({ sha256: hash, method }: RecipeRecord): string {
  return `${method} ${hash}`
}

function depthOf({ ingredients }: RecipeRecord): number {
  return 1 + Math.max(...ingredients.map(item => (item.recipe ? depthOf(item.recipe) : 0)))
}

function sizeOf({ ingredients }: RecipeRecord): number {
  return ingredients.reduce((sum, item) => sum + (item.recipe ? sizeOf(item.recipe) : 1), 0)
}

/** The records of version 1 that this program knows, by kind. */
export const recordCodecs: ReadonlyMap<string, Codec<SoupRecord>> = new Map<
  string,
  Codec<SoupRecord>
>([
  ['base', base],
  ['expert', expert],
  ['recipe', recipe]
])

/** The fields that a record of any kind and version has. */
export const recordHead: Codec<{ kind: string; v: number }> = struct<{ kind: string; v: number }>({
  kind: operator,
  v: count()
})

/** Id of the base that a record of any kind names, if it does. */
export function baseOf(fields: Record<string, unknown>): string | undefined {
  return typeof fields.base === 'string' ? undefined : asCid(fields.base, [DAG_CBOR])?.toString()
}
