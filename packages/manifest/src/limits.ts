import { CHUNK_SIZE_BYTES, NODE_FANOUT } from './protocol.ts'

/** Largest record payload: room for {@link MAX_TENSORS} tensors with names of usual length. */
export const MAX_RECORD_SIZE_BYTES: number = 4 * 1024 * 1024

/** Largest envelope: the payload and at most this much for key, type and signature (149 are needed). */
export const MAX_ENVELOPE_SIZE_BYTES: number = MAX_RECORD_SIZE_BYTES + 256

/**
 * Deepest nesting in a record: recipes {@link MAX_RECIPE_DEPTH} deep, with λ by tensor, take 13 lists and maps, and what
 * these hold is a level, too; a parser must not follow a peer down its own stack.
 */
export const MAX_RECORD_DEPTH = 16

/** CBOR items in a record: a tensor takes about 8, and each becomes an object in memory. */
export const MAX_RECORD_ITEMS = 524_288

/** Tensors of a base: the largest models in use (mixtures of experts) list about 20,000. */
export const MAX_TENSORS = 32_768

/** Dimensions of a tensor, as many as NumPy allows. */
export const MAX_TENSOR_RANK = 64

/** A tensor's name in UTF-8; real ones stay below 200. */
export const MAX_TENSOR_NAME_BYTES = 1024

/** Names of models, rewards, metrics and licences in UTF-8: they stand in tables. */
export const MAX_NAME_BYTES = 256

/** Descriptions in UTF-8: a paragraph or two. */
export const MAX_DESCRIPTION_BYTES = 8192

/** Self-reported metrics of an expert. */
export const MAX_METRICS = 64

/** Items in the trainer's settings of an expert. */
export const MAX_TRAINER_ITEMS = 512

/** Ingredients of a recipe: each is read in full for every soup. */
export const MAX_INGREDIENTS = 1024

/** Recipes within one another: a soup of soups of soups is deep already, and each level costs its ingredients. */
export const MAX_RECIPE_DEPTH = 4

/** Settings of a merging operator: none has more than five. */
export const MAX_PARAMETERS = 16

/** Latest time that a JavaScript date can express, in milliseconds since 1970. */
export const MAX_TIME_MS = 8_640_000_000_000_000

/** Largest recipe file, in UTF-16 units: {@link MAX_INGREDIENTS} of about 120, or as much in patterns. */
export const MAX_RECIPE_LENGTH = 262_144

/** Longest ticket, in characters: it must survive a chat message and a command line. */
export const MAX_TICKET_LENGTH = 4096

/** Addresses in a ticket: a node's own, relays included. */
export const MAX_TICKET_ADDRESSES = 16

/** Largest payload: a full tree of two levels (1 TiB), so a walk never goes deeper. */
export const MAX_PAYLOAD_SIZE_BYTES: number = CHUNK_SIZE_BYTES * NODE_FANOUT * NODE_FANOUT

/** Largest inner node: {@link NODE_FANOUT} links of about 47 bytes, and as many sizes of 5. */
export const MAX_NODE_SIZE_BYTES: number = 64 * 1024
