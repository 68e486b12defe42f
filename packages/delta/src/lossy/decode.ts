import {
  type Checkpoint,
  isFloatDtype,
  pieceSizes,
  readPieces,
  type TensorInfo,
  tensorInfo
} from '@soup/tensor'
import { invalid, payloadContents, requireSameTensors } from '../contents.ts'
import {
  maxStoredBytes,
  pieceTableBytes,
  readPieceTable,
  type StoredLimit
} from '../piece-table.ts'
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
  return verified({
    base,
    payload,
    contents,
    pieces: name => {
      const info = tensorInfo(base, name)
      const stored = payload.tensors.get(name)
      if (stored === undefined) return readPieces(base, name)
      if (isRaw(stored, info)) return readPieces(payload, name)
      return decodedPieces(base, payload, info, stored, pieces)
    }
  })
}

/** Stored as it is, not by the codec, whose tensors are U8: no float dtype. */
function isRaw(stored: TensorInfo, info: TensorInfo): boolean {
  return !isFloatDtype(info.dtype) || stored.dtype === info.dtype
}

function storedLimit({ dtype }: TensorInfo, codec: PieceCodec): StoredLimit {
  return sizeBytes => (isFloatDtype(dtype) ? codec.maxPieceBytes(sizeBytes, dtype) : 0)
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
  const isRawStored = isRaw(stored, info)
  const [type, least, most] = isRawStored
    ? [info.dtype, info.sizeBytes, info.sizeBytes]
    : [
        'U8',
        pieceTableBytes(info.sizeBytes),
        maxStoredBytes(info.sizeBytes, storedLimit(info, codec))
      ]
  if (dtype === type && sizeBytes >= least && sizeBytes <= most) return
  throw invalid(
    payload,
    `its data are ${sizeBytes} bytes of ${dtype}, expected ${type}, ${least} to ${most} bytes`,
    stored.name
  )
}

async function* decodedPieces(
  base: Checkpoint,
  payload: Checkpoint,
  info: TensorInfo,
  stored: TensorInfo,
  codec: PieceCodec
): AsyncGenerator<Uint8Array> {
  const { name, dtype } = info
  const [theirs, ours] = [base.open(name), payload.open(name)]
  const lengths = await readPieceTable(payload, info, stored, ours, storedLimit(info, codec))
  for (const [piece, size] of [...pieceSizes(info.sizeBytes)].entries()) {
    const basePiece = new Uint8Array(size)
    await theirs.read(basePiece)
    const bytes = new Uint8Array(lengths[piece]!)
    if (bytes.length > 0) await ours.read(bytes)
    yield bytes.length === 0 || !isFloatDtype(dtype)
      ? basePiece
      : checked(payload, name, piece, () => codec.decode(bytes, basePiece, dtype))
  }
}

function checked(
  payload: Checkpoint,
  tensor: string,
  piece: number,
  decode: () => Uint8Array
): Uint8Array {
  try {
    return decode()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw invalid(payload, `piece ${piece}: ${error.message}`, tensor, error)
  }
}
