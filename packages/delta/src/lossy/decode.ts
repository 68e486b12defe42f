import {
  type Checkpoint,
  type FloatDtype,
  isFloatDtype,
  readPieces,
  type TensorInfo,
  tensorInfo
} from '@soup/tensor'
import { invalid, payloadContents, requireSameTensors } from '../contents.ts'
import { exactPieceSizes } from '../encode-part.ts'
import { EXACT_PIECE_BYTES } from '../limits.ts'
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
      const dtype = codedDtype(info, stored)
      if (dtype === undefined) return readPieces(payload, name)
      const limit: StoredLimit = sizeBytes => pieces.maxPieceBytes(sizeBytes, dtype)
      const decode = (bytes: Uint8Array, piece: Uint8Array) => pieces.decode(bytes, piece, dtype)
      return decodedPieces({ base, payload, limit, decode }, info, stored)
    }
  })
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
  const [type, least, most] =
    coded === undefined
      ? [info.dtype, info.sizeBytes, info.sizeBytes]
      : [
          'U8',
          pieceTableBytes(info.sizeBytes),
          maxStoredBytes(info.sizeBytes, size => codec.maxPieceBytes(size, coded))
        ]
  if (dtype === type && sizeBytes >= least && sizeBytes <= most) return
  throw invalid(
    payload,
    `its data are ${sizeBytes} bytes of ${dtype}, expected ${type}, ${least} to ${most} bytes`,
    stored.name
  )
}

interface DecodeInit {
  base: Checkpoint
  payload: Checkpoint
  limit: StoredLimit
  decode(bytes: Uint8Array, piece: Uint8Array): void
}

async function* decodedPieces(
  { base, payload, limit, decode }: DecodeInit,
  info: TensorInfo,
  stored: TensorInfo
): AsyncGenerator<Uint8Array> {
  const { name } = info
  const [theirs, ours] = [base.open(name), payload.open(name)]
  const lengths = await readPieceTable(payload, info, stored, ours, limit)
  const buffer = new Uint8Array(EXACT_PIECE_BYTES)
  for (const [index, size] of [...exactPieceSizes(info.sizeBytes)].entries()) {
    const piece = buffer.subarray(0, size)
    await theirs.read(piece)
    const bytes = new Uint8Array(lengths[index]!)
    if (bytes.length > 0) {
      await ours.read(bytes)
      check(payload, name, index, () => decode(bytes, piece))
    }
    yield piece
  }
}

function check(payload: Checkpoint, tensor: string, piece: number, decode: () => void): void {
  try {
    decode()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw invalid(payload, `piece ${piece}: ${error.message}`, tensor, error)
  }
}
