import { createHash, type Hash } from 'node:crypto'
import type { AbortOptions } from '@soup/interface'
import {
  type Checkpoint,
  type TensorDescription,
  type TensorInfo,
  type TensorReader,
  tensorInfo
} from '@soup/tensor'
import { EXACT_VERSIONS, invalid, payloadContents, requireSameTensors } from './contents.ts'
import { DeltaError } from './errors.ts'
import { StoredPieces, tableBytesOf } from './stored-pieces.ts'
import { type Version, versionOf } from './version.ts'

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
  const byName = new Map(contents.tensors.map(tensor => [tensor.name, tensor]))
  requireSameTensors(base, payload, byName)
  const version = versionOf(payload)
  for (const stored of payload.tensors.values()) checkStored(base, payload, stored, version)
  return {
    name: payload.name,
    metadata: contents.metadata,
    tensors: base.tensors,
    isSequential: !isVerified || base.isSequential || payload.isSequential,
    open: (name, offset = 0) => {
      const tensor = byName.get(name)
      if (tensor === undefined || (offset !== 0 && !isVerified))
        throw new RangeError(`${payload.name} has no tensor ${JSON.stringify(name)} from ${offset}`)
      const hash = isVerified ? undefined : createHash('sha256')
      return new TensorDecoder({ base, payload, tensor, version, offset, hash })
    },
    close: () => Promise.resolve()
  }
}

/** A stored tensor is a row of bytes that can't be larger than the tensor and its table. */
function checkStored(
  base: Checkpoint,
  payload: Checkpoint,
  stored: TensorInfo,
  version: Version
): void {
  const info = base.tensors.get(stored.name)
  if (info === undefined) throw invalid(payload, 'it holds data but is not listed', stored.name)
  const tableBytes = tableBytesOf(info, version)
  const { dtype, sizeBytes } = stored
  if (dtype !== 'U8' || sizeBytes < tableBytes || sizeBytes > tableBytes + info.sizeBytes) {
    throw invalid(
      payload,
      `its data are ${sizeBytes} bytes of ${dtype}, expected U8, ${tableBytes} to ${tableBytes + info.sizeBytes} bytes`,
      stored.name
    )
  }
}

/** What a {@link TensorDecoder} is made of. */
interface DecoderInit {
  base: Checkpoint
  payload: Checkpoint
  tensor: TensorDescription
  version: Version
  /** The first byte that is asked for. */
  offset: number
  /** Takes all bytes of the tensor, unless they need not be hashed. */
  hash: Hash | undefined
}

/** Decodes piece after piece, where it is asked for whole in the caller's own buffer, and hashes them all. */
class TensorDecoder implements TensorReader {
  readonly #init: DecoderInit
  readonly #baseReader: TensorReader
  readonly #stored: StoredPieces | undefined
  /** Bytes of the first piece that nobody asked for. */
  #skip: number
  /** Bytes that have not been decoded. */
  #left: number
  /** Bytes that have been, and were not yet asked for. */
  #rest: Uint8Array = new Uint8Array(0)

  constructor(init: DecoderInit) {
    const { base, payload, tensor, version, offset } = init
    const info = tensorInfo(base, tensor.name)
    const first = Math.floor(offset / version.pieceBytes)
    const begin = first * version.pieceBytes
    this.#init = init
    this.#baseReader = base.open(tensor.name, begin)
    if (payload.tensors.has(tensor.name)) {
      this.#stored = new StoredPieces(payload, info, version, first)
    }
    this.#skip = offset - begin
    this.#left = info.sizeBytes - begin
  }

  async read(target: Uint8Array, options?: AbortOptions): Promise<void> {
    if (target.length > this.#left - this.#skip + this.#rest.length) throw this.#end()
    for (let filled = 0; filled < target.length; ) {
      options?.signal?.throwIfAborted()
      const wanted = target.subarray(filled)
      filled += await (this.#rest.length > 0 ? this.#take(wanted) : this.#fill(wanted, options))
    }
  }

  /** Hands out what is left of a piece. @returns how many bytes */
  #take(target: Uint8Array): number {
    const part = this.#rest.subarray(0, target.length)
    target.set(part)
    this.#rest = this.#rest.subarray(part.length)
    return part.length
  }

  /** Decodes the next piece, into a buffer of its own where the target is shorter. @returns how many bytes */
  async #fill(target: Uint8Array, options?: AbortOptions): Promise<number> {
    const size = Math.min(this.#left, this.#init.version.pieceBytes)
    const isWhole = this.#skip === 0 && target.length >= size
    const piece = isWhole ? target.subarray(0, size) : new Uint8Array(size)
    await this.#baseReader.read(piece, options)
    await this.#stored?.decode(piece, options)
    this.#init.hash?.update(piece)
    this.#left -= size
    if (this.#left === 0) this.#checkHash()
    if (isWhole) return size
    this.#rest = piece.subarray(this.#skip)
    this.#skip = 0
    return this.#take(target)
  }

  #checkHash(): void {
    const { base, payload, tensor, hash } = this.#init
    const got = hash?.digest('hex')
    if (got !== undefined && got !== tensor.sha256) throw mismatch(base, payload, tensor, got)
  }

  #end(): RangeError {
    return new RangeError(`tensor ${JSON.stringify(this.#init.tensor.name)} has no more bytes`)
  }
}

function mismatch(
  base: Checkpoint,
  payload: Checkpoint,
  { name, sha256 }: TensorDescription,
  got: string
): DeltaError {
  return new DeltaError(
    'DELTA_SHA256',
    `tensor ${JSON.stringify(name)} decodes to ${got}, expected ${sha256}: base ${base.name} or payload ${payload.name} is not the one that the delta was made with`,
    { details: { base: base.name, payload: payload.name, tensor: name, expected: sha256, got } }
  )
}
