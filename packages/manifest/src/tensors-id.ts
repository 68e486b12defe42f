import { encode } from '@ipld/dag-cbor'
import { documentCid } from './cid.ts'
import { type Codec, count, FieldError, list, pattern, sha256, text } from './codecs.ts'
import { ManifestError } from './errors.ts'
import { MAX_TENSOR_NAME_BYTES, MAX_TENSOR_RANK, MAX_TENSORS } from './limits.ts'
import type { TensorEntry } from './records.ts'
import { compareUtf8 } from './text.ts'

const name = text(MAX_TENSOR_NAME_BYTES)
const shape = list(count(), MAX_TENSOR_RANK)

/** A dtype as safetensors spells them; ones that nobody knows yet included. */
export const dtype: Codec<string> = pattern(
  'a dtype of capitals, digits and underscores',
  /^[A-Z][A-Z0-9_]{0,15}$/
)

/** A tensor: a map in the typed form, `[name, dtype, shape, sha256]` in the data model. */
const entry: Codec<TensorEntry> = {
  encode(value, at) {
    const tensor = (value ?? {}) as Record<string, unknown>
    return [
      name.encode(tensor.name, `${at}.name`),
      dtype.encode(tensor.dtype, `${at}.dtype`),
      shape.encode(tensor.shape, `${at}.shape`),
      sha256.encode(tensor.sha256, `${at}.sha256`)
    ]
  },
  decode(value, at) {
    if (!Array.isArray(value) || value.length !== 4) {
      throw new FieldError(at, 'a list of name, dtype, shape and SHA-256', value)
    }
    return {
      name: name.decode(value[0], `${at}.name`),
      dtype: dtype.decode(value[1], `${at}.dtype`),
      shape: shape.decode(value[2], `${at}.shape`),
      sha256: sha256.decode(value[3], `${at}.sha256`)
    }
  }
}

const entries = list(entry, MAX_TENSORS)

/** A base's tensors: in any order in the typed form, sorted by name and unique in the data model. */
export const tensorList: Codec<TensorEntry[]> = {
  encode(value, at) {
    const encoded = entries.encode(value, at) as [string, ...unknown[]][]
    encoded.sort((a, b) => compareUtf8(a[0], b[0]))
    refuseDisorder(
      encoded.map(tensor => tensor[0]),
      at
    )
    return encoded
  },
  decode(value, at) {
    const decoded = entries.decode(value, at)
    refuseDisorder(
      decoded.map(tensor => tensor.name),
      at
    )
    return decoded
  }
}

function refuseDisorder(names: readonly string[], at: string): void {
  const index = names.findIndex((name, i) => i > 0 && compareUtf8(names[i - 1]!, name) >= 0)
  if (index !== -1) {
    throw new FieldError(at, 'names in ascending order, each once', names[index])
  }
}

/**
 * Computes the id that a list of tensors gives a base (or an expert's result), whatever files they lie in.
 *
 * The id is the CIDv1 (dag-cbor, sha2-256) of the canonical DAG-CBOR of
 * `[[name, dtype, shape, sha256], ...]` in the order of the names' UTF-8 bytes.
 *
 * @param tensors at most {@link MAX_TENSORS}, in any order; not changed
 * @returns base32
 * @throws {ManifestError} RECORD_INVALID when a name occurs twice or a field breaks its rule
 */
export function tensorsId(tensors: readonly TensorEntry[]): string {
  try {
    return documentCid(encode(tensorList.encode(tensors, 'tensors')))
  } catch (cause) {
    if (cause instanceof FieldError) {
      const { message, field, expected, got } = cause
      throw new ManifestError('RECORD_INVALID', `The list of tensors is not valid: ${message}`, {
        details: { field, expected, got },
        cause
      })
    }
    throw cause
  }
}
