import { type Checkpoint, type TensorInfo, type TensorReader, tensorInfo } from '@soup/tensor'
import { invalid, type PayloadContents, requireSameTensors } from './contents.ts'
import { decodePieces } from './piece-decoder.ts'
import type { PieceFormat } from './piece-format.ts'
import { maxTensorBytes, pieceTableBytes } from './piece-table.ts'
import { requireEmptyHashes, verified } from './verified.ts'

/** Options of decoding a payload over its base. */
export interface DecodeOptions {
  /**
   * Whether this payload was decoded over this base before, and every tensor had the hash that the payload recorded:
   * tensors are not hashed again then, and can be read from anywhere.
   */
  isVerified?: boolean | undefined
}

/** What {@link decodePieced} is made of. */
export interface PiecedInit {
  /** The checkpoint that the delta was made over; stays the caller's. */
  base: Checkpoint
  /** An opened payload; stays the caller's; trusted in nothing. */
  payload: Checkpoint
  /** What it says of the expert. */
  contents: PayloadContents
  /**
   * How the payload stores a tensor in pieces, given the base's tensor and what the payload holds of it; undefined for
   * one that is stored as it is.
   */
  formatOf(info: TensorInfo, stored: TensorInfo): PieceFormat | undefined
}

/**
 * Turns the base into what a payload says, tensor by tensor as it is read, in bounded memory. A tensor that the
 * payload doesn't hold is the base's. The bytes of each are verified as {@link verified} does, unless they were before.
 *
 * @returns a checkpoint with the expert's own metadata; reading a tensor throws {@link DeltaError} `DELTA_INVALID`
 *   when its data break the format, `DELTA_SHA256` when they decode to another tensor
 * @throws {DeltaError} `DELTA_INVALID`, `DELTA_MISMATCH` (base and payload list different tensors), before any data
 *   is read
 */
export function decodePieced(
  init: PiecedInit,
  { isVerified = false }: DecodeOptions = {}
): Checkpoint {
  const { base, payload, contents } = init
  const { tensors } = base
  requireSameTensors(base, payload, new Map(contents.tensors.map(tensor => [tensor.name, tensor])))
  for (const stored of payload.tensors.values()) checkStored(init, stored)
  const open = (name: string, offset = 0) => openTensor(init, name, offset)
  if (!isVerified) return verified({ base, payload, contents, tensors, open })
  requireEmptyHashes(payload, contents, tensors)
  return {
    name: payload.name,
    metadata: contents.metadata,
    tensors,
    isSequential: base.isSequential || payload.isSequential,
    open,
    close: () => Promise.resolve()
  }
}

function openTensor(
  { base, payload, formatOf }: PiecedInit,
  name: string,
  offset: number
): TensorReader {
  const info = tensorInfo({ name: payload.name, tensors: base.tensors }, name)
  const stored = payload.tensors.get(name)
  if (stored === undefined) return base.open(name, offset)
  const format = formatOf(info, stored)
  if (format === undefined) return payload.open(name, offset)
  return decodePieces({ base, payload, info, format, offset })
}

/** A tensor in pieces is a row of bytes, no larger than these can be with their table; any other is as the base's. */
function checkStored({ base, payload, formatOf }: PiecedInit, stored: TensorInfo): void {
  const info = base.tensors.get(stored.name)
  if (info === undefined) throw invalid(payload, 'it holds data but is not listed', stored.name)
  const format = formatOf(info, stored)
  const [type, least, most] =
    format === undefined
      ? [info.dtype, info.sizeBytes, info.sizeBytes]
      : ['U8', pieceTableBytes(info.sizeBytes, format), maxTensorBytes(info.sizeBytes, format)]
  const { dtype, sizeBytes } = stored
  if (dtype === type && sizeBytes >= least && sizeBytes <= most) return
  throw invalid(
    payload,
    `its data are ${sizeBytes} bytes of ${dtype}, expected ${type}, ${least} to ${most} bytes`,
    stored.name
  )
}
