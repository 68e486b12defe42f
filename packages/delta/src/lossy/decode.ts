import {
  type Checkpoint,
  type FloatDtype,
  isFloatDtype,
  type TensorInfo,
  type TensorReader,
  tensorInfo
} from '@soup/tensor'
import { invalid, payloadContents, requireSameTensors } from '../contents.ts'
import { EXACT_PIECE_BYTES } from '../limits.ts'
import { decodePieces } from '../piece-decoder.ts'
import type { PieceFormat } from '../piece-format.ts'
import { maxTensorBytes, pieceTableBytes } from '../piece-table.ts'
import { verified } from '../verified.ts'
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
export function decodeLossy(base: Checkpoint, payload: Checkpoint, codec: LossyCodec): Checkpoint {
  const contents = payloadContents(payload, [codecFormat(codec)])
  requireSameTensors(base, payload, new Map(contents.tensors.map(tensor => [tensor.name, tensor])))
  const pieces = pieceCodec(codec)
  for (const stored of payload.tensors.values()) checkStored(base, payload, stored, pieces)
  const open = (name: string): TensorReader => {
    const info = tensorInfo({ name: payload.name, tensors: base.tensors }, name)
    const stored = payload.tensors.get(name)
    if (stored === undefined) return base.open(name)
    const dtype = codedDtype(info, stored)
    if (dtype === undefined) return payload.open(name)
    return decodePieces({ base, payload, info, format: lossyFormat(pieces, dtype), offset: 0 })
  }
  return verified({ base, payload, contents, tensors: base.tensors, open })
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

function checkStored(
  base: Checkpoint,
  payload: Checkpoint,
  stored: TensorInfo,
  codec: PieceCodec
): void {
  const info = base.tensors.get(stored.name)
  if (info === undefined) throw invalid(payload, 'it holds data but is not listed', stored.name)
  const { dtype, sizeBytes } = stored
  const coded = codedDtype(info, stored)
  const format = coded && lossyFormat(codec, coded)
  const [type, least, most] =
    format === undefined
      ? [info.dtype, info.sizeBytes, info.sizeBytes]
      : ['U8', pieceTableBytes(info.sizeBytes, format), maxTensorBytes(info.sizeBytes, format)]
  if (dtype === type && sizeBytes >= least && sizeBytes <= most) return
  throw invalid(
    payload,
    `its data are ${sizeBytes} bytes of ${dtype}, expected ${type}, ${least} to ${most} bytes`,
    stored.name
  )
}
