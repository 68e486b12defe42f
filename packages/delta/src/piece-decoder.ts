import type { AbortOptions } from '@soup/interface'
import type { Checkpoint, TensorInfo, TensorReader } from '@soup/tensor'
import type { PieceFormat } from './piece-format.ts'
import { StoredPieces } from './stored-pieces.ts'

/** What {@link decodePieces} is made of. */
export interface PieceDecoderInit {
  base: Checkpoint
  payload: Checkpoint
  /** The tensor of the base, which the expert's has the type of. */
  info: TensorInfo
  format: PieceFormat
  /** The first byte that is asked for. */
  offset: number
}

/**
 * Reads a tensor of an expert that the payload holds: decodes piece after piece, where it is asked for whole in the
 * caller's own buffer.
 */
export function decodePieces(init: PieceDecoderInit): TensorReader {
  return new PieceDecoder(init)
}

class PieceDecoder implements TensorReader {
  readonly #init: PieceDecoderInit
  readonly #baseReader: TensorReader
  readonly #stored: StoredPieces
  /** Bytes of the first piece that nobody asked for. */
  #skip: number
  /** Bytes that have not been decoded. */
  #left: number
  /** Bytes that have been, and were not yet asked for. */
  #rest: Uint8Array = new Uint8Array(0)

  constructor(init: PieceDecoderInit) {
    const { base, payload, info, format, offset } = init
    const first = Math.floor(offset / format.pieceBytes)
    const begin = first * format.pieceBytes
    this.#init = init
    this.#baseReader = base.open(info.name, begin)
    this.#stored = new StoredPieces(payload, info, format, first)
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
    const size = Math.min(this.#left, this.#init.format.pieceBytes)
    const isWhole = this.#skip === 0 && target.length >= size
    const piece = isWhole ? target.subarray(0, size) : new Uint8Array(size)
    await this.#baseReader.read(piece, options)
    await this.#stored.decode(piece, options)
    this.#left -= size
    if (isWhole) return size
    this.#rest = piece.subarray(this.#skip)
    this.#skip = 0
    return this.#take(target)
  }

  #end(): RangeError {
    return new RangeError(`tensor ${JSON.stringify(this.#init.info.name)} has no more bytes`)
  }
}
