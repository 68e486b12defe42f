import { type Checkpoint, type FloatDtype, isFloatDtype, type TensorInfo } from '@soup/tensor'
import { payloadContents } from '../contents.ts'
import { type DecodeOptions, decodePieced } from '../decode-pieced.ts'
import { EXACT_PIECE_BYTES } from '../limits.ts'
import type { PieceFormat } from '../piece-format.ts'
import { codecFormat, type LossyCodec, pieceCodec } from './codecs.ts'
import type { PieceCodec } from './piece-codec.ts'

/**
 * Turns the base into what a lossy payload holds of the expert, tensor by tensor as it is read, in bounded memory.
 * The arithmetic is fixed, so that every machine gets the same bytes; they are verified as {@link verified} does.
 *
 * @param base the checkpoint that the delta was made over; stays the caller's
 * @param payload an opened payload of this codec; stays the caller's; trusted in nothing
 * @returns the expert as it was rebuilt when it was encoded, with the expert's own metadata; reading a tensor throws
 *   {@link DeltaError} `DELTA_INVALID` when its data break the format, `DELTA_SHA256` when they decode to another
 *   tensor
 * @throws {DeltaError} `DELTA_INVALID`, `DELTA_MISMATCH` (base and payload list different tensors), before any data
 *   is read
 */
export function decodeLossy(
  base: Checkpoint,
  payload: Checkpoint,
  codec: LossyCodec,
  options?: DecodeOptions
): Checkpoint {
  const contents = payloadContents(payload, [codecFormat(codec)])
  const pieces = pieceCodec(codec)
  const formatOf = (info: TensorInfo, stored: TensorInfo) => {
    const dtype = codedDtype(info, stored)
    return dtype && lossyFormat(pieces, dtype)
  }
  return decodePieced({ base, payload, contents, formatOf }, options)
}

function lossyFormat(codec: PieceCodec, dtype: FloatDtype): PieceFormat {
  return {
    pieceBytes: EXACT_PIECE_BYTES,
    maxStoredBytes: sizeBytes => codec.maxPieceBytes(sizeBytes, dtype),
    decode: (stored, piece) => codec.decode(stored, piece, dtype)
  }
}

/** The dtype that the codec decodes to; undefined where a tensor is stored as it is, which floats are in their own. */
function codedDtype({ dtype }: TensorInfo, stored: TensorInfo): FloatDtype | undefined {
  return isFloatDtype(dtype) && stored.dtype !== dtype ? dtype : undefined
}
