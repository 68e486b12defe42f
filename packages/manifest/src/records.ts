import type { MAX_RECIPE_DEPTH } from './limits.ts'

/** A value that JSON can express. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** One tensor of a checkpoint, as its id is made of it. */
export interface TensorEntry {
  /** Name in the checkpoint. */
  name: string
  /** Dtype as safetensors spells it: `F32`, `BF16`. */
  dtype: string
  /** Lengths of the dimensions; empty for a scalar. */
  shape: readonly number[]
  /** SHA-256 of the tensor's bytes (little endian, C order), lower-case hex. */
  sha256: string
}

/** A payload that peers can serve. */
export interface PayloadRef {
  /** Root of the UnixFS DAG, base32 CIDv1. */
  root: string
  /** Size of the file in bytes. */
  bytes: number
}

/** Describes a base; several base records may describe the same base. */
export interface BaseRecord {
  kind: 'base'
  v: 1
  /** The base id: `tensorsId(tensors)`. */
  base: string
  /** What people call it. */
  name: string
  /** SPDX expression. */
  license?: string | undefined
  /** Every tensor; in a parsed record in the order of their names' UTF-8 bytes. */
  tensors: readonly TensorEntry[]
  /** Size of the base as one safetensors file. */
  bytes: number
  /** Where the base travels over the network too. */
  payload?: PayloadRef | undefined
  /** When its publisher says it was made, in milliseconds since 1970. A claim. */
  created: number
}

/** What a reward is called, and what it measures in words. Never code. */
export interface RewardRef {
  name: string
  description?: string | undefined
}

/** How far a lossy delta Δ̂ is from the delta Δ that it stands for, over all float tensors together. */
export interface Loss {
  /** ‖Δ̂ − Δ‖₂ / ‖Δ‖₂: not negative. */
  relativeError: number
  /** ⟨Δ̂, Δ⟩ / (‖Δ̂‖₂ · ‖Δ‖₂): from −1 to 1. */
  cosine: number
}

/** The Gaussian mechanism over a delta: its norm is clipped, then noise of standard deviation `noise · clip` added. */
export interface Privacy {
  /** C: the largest L2 norm that the delta was let have. Above 0. */
  clip: number
  /** σ: standard deviation of the noise in units of C. Not negative. */
  noise: number
}

/** Describes an expert: which base it changes, and the payload that turns the base into it. */
export interface ExpertRecord {
  kind: 'expert'
  v: 1
  /** Id of the base. */
  base: string
  /** Id of the expert's own tensors, as `tensorsId` computes it: what checkout verifies. */
  result: string
  reward: RewardRef
  name?: string | undefined
  description?: string | undefined
  /** Name of the delta's codec: `exact`, `lora`, `sparse`, `int8`, `bit1`. */
  codec: string
  /** What a lossy codec lost, as its publisher measured it; absent where the codec is lossless. */
  loss?: Loss | undefined
  /** The noise that the publisher says was added to the delta. A claim. */
  privacy?: Privacy | undefined
  payload: PayloadRef
  /** Size of the whole expert as one safetensors file. */
  bytes: number
  /** The trainer's settings, as its publisher reports them. */
  trainer?: { readonly [key: string]: JsonValue } | undefined
  /** Rewards that the publisher reports. Claims. */
  metrics?: { readonly [name: string]: number } | undefined
  /** SPDX expression. */
  license?: string | undefined
  /** When its publisher says it was made, in milliseconds since 1970. A claim. */
  created: number
  /** Record id of an earlier expert of the same publisher that this one replaces. */
  supersedes?: string | undefined
}

/** An expert in a recipe, or the soup of another recipe, with its coefficient: exactly one of both. */
export interface Ingredient {
  /** Record id of the expert. */
  expert?: string | undefined
  /** A recipe over the same base, at most {@link MAX_RECIPE_DEPTH} deep. */
  recipe?: RecipeRecord | undefined
  /** λ: finite, and not −0 (write 0). Absent where the operator takes none. */
  lambda?: number | undefined
}

/** λ of the tensors whose names match a pattern. */
export interface TensorLambda {
  /** What names match: `*` stands for any characters. The first pattern that matches counts. */
  glob: string
  /** One coefficient per ingredient. */
  lambda: readonly number[]
}

/** Everything that rebuilds a soup bit for bit, and the SHA-256 of the result. */
export interface RecipeRecord {
  kind: 'recipe'
  v: 1
  /** Id of the base. */
  base: string
  /** Name of the merging operator: `linear`. */
  method: string
  /** The operator's settings, by name: `density`, `seed`. */
  parameters?: { readonly [name: string]: number } | undefined
  /** Coefficients by tensor; all others have those of the ingredients. */
  tensorLambda?: readonly TensorLambda[] | undefined
  /** SHA-256 of the diagonal Fisher file of each ingredient, lower-case hex, where the operator takes them. */
  fisher?: readonly string[] | undefined
  /** In the order of accumulation. */
  ingredients: readonly Ingredient[]
  /** Output dtype where it isn't that of the base's tensors. */
  dtype?: string | undefined
  /** Present, and true, where the coefficients may leave the simplex. */
  extrapolate?: true | undefined
  /** SHA-256 of the soup as one safetensors file, lower-case hex. */
  sha256: string
}

/** A record of a kind or version that this program doesn't know: kept and passed on. */
export interface UnknownRecord {
  kind: 'unknown'
  /** Every field in the DAG-JSON notation: links as `{ "/": cid }`, bytes as `{ "/": { bytes } }`. */
  fields: { readonly [key: string]: JsonValue }
}

/** A record that can be signed. */
export type SoupRecord = BaseRecord | ExpertRecord | RecipeRecord

/** A record whose signature and every field have been verified. */
export interface SignedRecord<R extends SoupRecord | UnknownRecord = SoupRecord | UnknownRecord> {
  /** CIDv1 (dag-cbor, sha2-256) of the payload, base32. */
  id: string
  /** The kind as the record states it, also where `record.kind` is `unknown`. */
  kind: string
  /** Id of the base that the record is about, if it names one. */
  base: string | undefined
  /** Peer id that signed the record. */
  publisher: string
  /** The fields that this program knows. Fields that it doesn't know stay in `envelope`. */
  record: R
  /** The signed envelope: what is stored and passed on. */
  envelope: Uint8Array
}
