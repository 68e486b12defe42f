/**
 * Signed records of what peers share, recipe files, tickets, and the DAG that a payload is cut into.
 *
 * Pure: no sockets, no clock, no ambient randomness. Ids at the boundary are base32 CIDv1 strings and
 * hashes lower-case hex, so every typed record is plain JSON; the canonical DAG-CBOR below it holds
 * links and bytes.
 *
 * @packageDocumentation
 */
export { chunkCid, verifyChunk } from './chunk.ts'
export { parseRecord, signRecord } from './envelope.ts'
export { ManifestError, type ManifestErrorCode } from './errors.ts'
export {
  MAX_ENVELOPE_SIZE_BYTES,
  MAX_NODE_SIZE_BYTES,
  MAX_PAYLOAD_SIZE_BYTES,
  MAX_RECIPE_DEPTH,
  MAX_RECIPE_LENGTH,
  MAX_RECORD_SIZE_BYTES,
  MAX_TENSORS,
  MAX_TICKET_LENGTH
} from './limits.ts'
export { type EncodedNode, type PayloadLink, type PayloadNode, parseNode } from './payload-node.ts'
export { leafCount, leafPath, leafSizeBytes, treeDepth } from './payload-shape.ts'
export {
  type PayloadSummary,
  type PayloadTree,
  payloadTree
} from './payload-tree.ts'
export { type PayloadLeaf, type ReadNode, readLinks, walkLeaves } from './payload-walk.ts'
export {
  CHUNK_SIZE_BYTES,
  NODE_FANOUT,
  RECORD_DOMAIN,
  TICKET_PREFIX
} from './protocol.ts'
export { parseRecipe, recipeId, serializeRecipe } from './recipe.ts'
export type {
  BaseRecord,
  ExpertRecord,
  Ingredient,
  JsonValue,
  Loss,
  PayloadRef,
  Privacy,
  RecipeRecord,
  RewardRef,
  SignedRecord,
  SoupRecord,
  TensorEntry,
  TensorLambda,
  UnknownRecord
} from './records.ts'
export { tensorsId } from './tensors-id.ts'
export { encodeTicket, parseTicket, type Ticket } from './ticket.ts'
