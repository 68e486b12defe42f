import { type Checkpoint, type TensorInfo, type TensorReader, tensorInfo } from '@soup/tensor'
import { EXACT_VERSIONS, invalid, payloadContents, requireSameTensors } from './contents.ts'
import { decodePieces } from './piece-decoder.ts'
import { exactFormat } from './piece-format.ts'
import { maxTensorBytes, pieceTableBytes } from './piece-table.ts'
import { verified } from './verified.ts'

/** Options of {@link decodeExact}. */
export interface DecodeOptions {
  /**
   * Whether this payload was decoded over this base before, and every tensor had the hash that the payload recorded:
   * tensors are not hashed again then, and can be read from anywhere.
   */
  isVerified?: boolean | undefined
}

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
  { isVerified = false }: DecodeOptions = {}
): Checkpoint {
  const contents = payloadContents(payload, EXACT_VERSIONS)
  requireSameTensors(base, payload, new Map(contents.tensors.map(tensor => [tensor.name, tensor])))
  for (const stored of payload.tensors.values()) checkStored(base, payload, stored)
  const open = (name: string, offset = 0): TensorReader => {
    const info = tensorInfo({ name: payload.name, tensors: base.tensors }, name)
    return decodePieces({ base, payload, info, format: exactFormat(payload, info), offset })
  }
  const { metadata } = contents
  const { tensors } = base
  if (!isVerified) return verified({ base, payload, contents, tensors, open })
  const isSequential = base.isSequential || payload.isSequential
  const close = () => Promise.resolve()
  return { name: payload.name, metadata, tensors, isSequential, open, close }
}

/** A stored tensor is a row of bytes that can't be larger than the tensor and its table. */
function checkStored(base: Checkpoint, payload: Checkpoint, stored: TensorInfo): void {
  const info = base.tensors.get(stored.name)
  if (info === undefined) throw invalid(payload, 'it holds data but is not listed', stored.name)
  const format = exactFormat(payload, info)
  const least = pieceTableBytes(info.sizeBytes, format)
  const most = maxTensorBytes(info.sizeBytes, format)
  const { dtype, sizeBytes } = stored
  if (dtype === 'U8' && sizeBytes >= least && sizeBytes <= most) return
  throw invalid(
    payload,
    `its data are ${sizeBytes} bytes of ${dtype}, expected U8, ${least} to ${most} bytes`,
    stored.name
  )
}
