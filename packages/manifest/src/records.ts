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
  /** Name of the delta's codec: `exact`. */
  codec: string
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

/** An expert in a recipe, with its coefficient. */
export interface Ingredient {
  /** Record id of the expert. */
  expert: string
  /** λ: finite, and not −0 (write 0). */
  lambda: number
}

/** Everything that rebuilds a soup bit for bit, and the SHA-256 of the result. */
export interface RecipeRecord {
  kind: 'recipe'
  v: 1
  /** Id of the base. */
  base: string
  /** Name of the merging operator: `linear`. */
  method: string
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
