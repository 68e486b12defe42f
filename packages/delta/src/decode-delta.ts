import type { Checkpoint } from '@soup/tensor'
import { EXACT_VERSIONS, requireCodec } from './contents.ts'
import { decodeExact } from './decode.ts'
import type { DecodeOptions } from './decode-pieced.ts'
import { codecFormat, LOSSY_CODECS } from './lossy/codecs.ts'
import { decodeLossy } from './lossy/decode.ts'

/** The formats of deltas over a base. */
const FORMATS: readonly string[] = [...EXACT_VERSIONS, ...LOSSY_CODECS.map(codecFormat)]

/**
 * Decodes a payload by whatever codec made it: the expert itself, bit for bit, from an exact one; from a lossy one
 * what {@link payloadLoss} describes.
 *
 * @param base the checkpoint that the delta was made over; stays the caller's
 * @param payload an opened payload; stays the caller's; trusted in nothing
 * @returns as {@link decodeExact}
 * @throws {DeltaError} `DELTA_INVALID`, also when this version doesn't know the codec; `DELTA_MISMATCH`
 */
export function decodeDelta(
  base: Checkpoint,
  payload: Checkpoint,
  options?: DecodeOptions
): Checkpoint {
  const format = requireCodec(payload, FORMATS)
  const lossy = LOSSY_CODECS.find(codec => codecFormat(codec) === format)
  if (lossy !== undefined) return decodeLossy(base, payload, lossy, options)
  return decodeExact(base, payload, options)
}
