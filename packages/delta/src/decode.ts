import { createHash } from 'node:crypto'
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

/**
 * Turns the base back into the expert, tensor by tensor as it is read, in bounded memory. The bytes of
 * each tensor are hashed and compared with what the payload recorded of the expert's before the last
 * of them are handed out, so that neither a wrong base nor a wrong payload can go unnoticed.
 *
 * @param base the checkpoint that the delta was made over; stays the caller's
 * @param payload an opened payload; stays the caller's; trusted in nothing
 * @returns the expert, with its own metadata; reading a tensor throws {@link DeltaError}
 *   `DELTA_INVALID` when its data break the format, `DELTA_SHA256` when they decode to another tensor
 * @throws {DeltaError} `DELTA_INVALID`, `DELTA_MISMATCH` (base and payload list different tensors),
 *   before any data is read
 */
export function decodeExact(base: Checkpoint, payload: Checkpoint): Checkpoint {
  const contents = payloadContents(payload, EXACT_VERSIONS)
  const byName = new Map(contents.tensors.map(tensor => [tensor.name, tensor]))
  requireSameTensors(base, payload, byName)
  const version = versionOf(payload)
  for (const stored of payload.tensors.values()) checkStored(base, payload, stored, version)
  return {
    name: payload.name,
    metadata: contents.metadata,
    tensors: base.tensors,
    isSequential: true,
    open: (name, offset = 0) => {
      const tensor = byName.get(name)
      if (tensor === undefined || offset !== 0)
        throw new RangeError(`${payload.name} has no tensor ${JSON.stringify(name)} from ${offset}`)
      return new TensorDecoder(base, payload, tensor, version)
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

/** Decodes piece after piece, where it is asked for whole in the caller's own buffer, and hashes them all. */
class TensorDecoder implements TensorReader {
  readonly #base: Checkpoint
  readonly #payload: Checkpoint
  readonly #tensor: TensorDescription
  readonly #version: Version
  readonly #baseReader: TensorReader
  readonly #stored: StoredPieces | undefined
  readonly #hash = createHash('sha256')
  /** Bytes that have not been decoded. */
  #left: number
  /** Bytes that have been, and were not yet asked for. */
  #rest: Uint8Array = new Uint8Array(0)

  constructor(base: Checkpoint, payload: Checkpoint, tensor: TensorDescription, version: Version) {
    const info = tensorInfo(base, tensor.name)
    this.#base = base
    this.#payload = payload
    this.#tensor = tensor
    this.#version = version
    this.#baseReader = base.open(tensor.name)
    if (payload.tensors.has(tensor.name)) this.#stored = new StoredPieces(payload, info, version)
    this.#left = info.sizeBytes
  }

  async read(target: Uint8Array, options?: AbortOptions): Promise<void> {
    if (target.length > this.#left + this.#rest.length) throw this.#end()
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
    const size = Math.min(this.#left, this.#version.pieceBytes)
    const piece = target.length < size ? new Uint8Array(size) : target.subarray(0, size)
    await this.#baseReader.read(piece, options)
    await this.#stored?.decode(piece, options)
    this.#hash.update(piece)
    this.#left -= size
    if (this.#left === 0) this.#checkHash()
    if (target.length >= size) return size
    this.#rest = piece
    return this.#take(target)
  }

  #checkHash(): void {
    const got = this.#hash.digest('hex')
    if (got !== this.#tensor.sha256) throw mismatch(this.#base, this.#payload, this.#tensor, got)
  }

  #end(): RangeError {
    return new RangeError(`tensor ${JSON.stringify(this.#tensor.name)} has no more bytes`)
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
