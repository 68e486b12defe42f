import { encode } from '@ipld/dag-cbor'
import { documentCid } from './cid.ts'
import { FieldError } from './codecs.ts'
import { ManifestError } from './errors.ts'
import { MAX_RECIPE_LENGTH, MAX_RECORD_DEPTH } from './limits.ts'
import { recipe as codec } from './record-codec.ts'
import type { RecipeRecord } from './records.ts'

/**
 * Computes the record id of a recipe, signed or not.
 *
 * It depends on the soup alone: not on who wrote the recipe, nor when.
 *
 * @returns base32 CIDv1 (dag-cbor, sha2-256)
 * @throws {ManifestError} RECIPE_INVALID
 */
export function recipeId(recipe: RecipeRecord): string {
  return documentCid(encode(toFields(recipe)))
}

/**
 * Writes a recipe file: the record as JSON, indented, ending in a line feed.
 *
 * Reading it back gives the same id: a number is written with the fewest digits that name the same
 * double, whether it is integral or not makes no difference (`1` and `1.0` are the same λ, stored as an
 * integer), and −0, NaN and the infinities are refused on either side.
 *
 * @throws {ManifestError} RECIPE_INVALID
 */
export function serializeRecipe(recipe: RecipeRecord): string {
  return `${JSON.stringify(codec.decode(toFields(recipe), ''), undefined, 2)}\n`
}

/**
 * Reads a recipe file.
 *
 * A field that a recipe doesn't have is refused, because it might have changed the soup.
 *
 * @param text the file's content, UTF-8 already decoded
 * @throws {ManifestError} RECIPE_INVALID, naming the field, what was expected and what came
 */
export function parseRecipe(text: string): RecipeRecord {
  if (text.length > MAX_RECIPE_LENGTH) {
    throw invalid(`expected at most ${MAX_RECIPE_LENGTH} characters, got ${text.length}`)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw invalid('expected JSON, got something else', { cause })
  }
  if (isDeeper(value, MAX_RECORD_DEPTH)) {
    throw invalid(`expected at most ${MAX_RECORD_DEPTH} levels of lists and maps, got more`)
  }
  return codec.decode(toFields(value), '')
}

/** Whether lists and maps lie in one another more than `levels` deep: a file must not lead down our own stack. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some(item => isDeeper(item, levels - 1))
}

/** To the data model, with every rule checked. */
function toFields(recipe: unknown): unknown {
  try {
    const fields = codec.encode(recipe, '')
    codec.decode(fields, '')
    return fields
  } catch (cause) {
    if (cause instanceof FieldError) {
      const { message, field, expected, got } = cause
      throw invalid(message, { details: { field, expected, got }, cause })
    }
    throw cause
  }
}

function invalid(
  fault: string,
  init: { cause?: unknown; details?: Record<string, unknown> } = {}
): ManifestError {
  return new ManifestError('RECIPE_INVALID', `The recipe is not valid: ${fault}`, init)
}
