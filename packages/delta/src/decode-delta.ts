import type { Checkpoint } from '@soup/tensor'
import { type DecodeOptions, decodeExact } from './decode.ts'
import { codecFormat, LOSSY_CODECS } from './lossy/codecs.ts'
import { decodeLossy } from './lossy/decode.ts'

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
  const format = payload.metadata.get('soup.codec')
  const lossy = LOSSY_CODECS.find(codec => codecFormat(codec) === format)
  if (lossy !== undefined) return decodeLossy(base, payload, lossy)
  return decodeExact(base, payload, options)
}
