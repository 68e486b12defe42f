import type { Checkpoint, TensorInfo } from '@soup/tensor'
import { EXACT_VERSIONS, payloadContents } from './contents.ts'
import { type DecodeOptions, decodePieced } from './decode-pieced.ts'
import { exactFormat } from './piece-format.ts'

/**
 * Turns the base back into the expert, tensor by tensor as it is read, in bounded memory. The bytes of
 * each tensor are hashed and compared with what the payload recorded of the expert's before the last
 * of them are handed out, so that neither a wrong base nor a wrong payload can go unnoticed.
 *
 * @param base the checkpoint that the delta was made over; stays the caller's
 * @param payload an opened payload; stays the caller's; its format is trusted in nothing
 * @returns the expert, with its own metadata; reading a tensor throws {@link DeltaError}
 *   `DELTA_INVALID` when its data break the format, `DELTA_SHA256` when they decode to another tensor
 * @throws {DeltaError} `DELTA_INVALID`, `DELTA_MISMATCH` (base and payload list different tensors),
 *   before any data is read
 */
export function decodeExact(
  base: Checkpoint,
  payload: Checkpoint,
  options?: DecodeOptions
): Checkpoint {
  const contents = payloadContents(payload, EXACT_VERSIONS)
  const formatOf = (info: TensorInfo) => exactFormat(payload, info)
  return decodePieced({ base, payload, contents, formatOf }, options)
}
