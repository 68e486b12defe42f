import type { AbortOptions } from '@soup/interface'
import { type Checkpoint, type TensorInfo, type TensorReader, tensorInfo } from '@soup/tensor'
import { invalid } from './contents.ts'
import type { DeltaError } from './errors.ts'
import type { PieceFormat } from './piece-format.ts'
import { pieceCount } from './piece-table.ts'

/** The stored pieces of one tensor from some piece on, in order, trusted in nothing. */
export class StoredPieces {
  readonly #payload: Checkpoint
  readonly #info: TensorInfo
  readonly #format: PieceFormat
  #reader: TensorReader
  #lengths: Uint32Array | undefined
  /** Takes one stored piece after the other: a buffer for each would keep the garbage collector busy. */
  #stored: Uint8Array = new Uint8Array(0)
  #next: number

  /** @param first index of the piece to begin with; 0 where the payload is sequential */
  constructor(payload: Checkpoint, info: TensorInfo, format: PieceFormat, first: number) {
    this.#payload = payload
    this.#info = info
    this.#format = format
    this.#reader = payload.open(info.name)
    this.#next = first
  }

  /**
   * Turns the base's next piece into the expert's.
   *
   * @throws {DeltaError} `DELTA_INVALID` when the table or this piece break the format
   */
  async decode(piece: Uint8Array, options?: AbortOptions): Promise<void> {
    this.#lengths ??= await this.#begin(options)
    const index = this.#next++
    const length = this.#lengths[index]!
    if (length === 0) return // as the base's
    if (length > this.#stored.length) this.#stored = new Uint8Array(length)
    const stored = this.#stored.subarray(0, length)
    await this.#reader.read(stored, options)
    try {
      this.#format.decode(stored, piece)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw this.#invalid(`piece ${index}: ${error.message}`, error)
    }
  }

  /** Reads the table and goes to the first piece. */
  async #begin(options?: AbortOptions): Promise<Uint32Array> {
    const lengths = await this.#readTable(options)
    if (this.#next === 0) return lengths
    const before = lengths.subarray(0, this.#next).reduce((sum, length) => sum + length, 0)
    this.#reader = this.#payload.open(this.#info.name, lengths.byteLength + before)
    return lengths
  }

  /** Reads the lengths of a tensor's pieces and checks them before any piece is read. */
  async #readTable(options?: AbortOptions): Promise<Uint32Array> {
    const { pieceBytes } = this.#format
    const { sizeBytes } = this.#info
    const lengths = new Uint32Array(pieceCount(sizeBytes, this.#format))
    const table = new Uint8Array(lengths.buffer)
    await this.#reader.read(table, options)
    let sum = table.length
    for (const [piece, length] of lengths.entries()) {
      const size = Math.min(pieceBytes, sizeBytes - piece * pieceBytes)
      const most = this.#format.maxStoredBytes(size)
      if (length > most)
        throw this.#invalid(`piece ${piece} claims ${length} bytes of at most ${most}`)
      sum += length
    }
    const there = tensorInfo(this.#payload, this.#info.name).sizeBytes
    if (sum === there) return lengths
    throw this.#invalid(`its pieces claim ${sum} bytes, there are ${there}`)
  }

  #invalid(problem: string, cause?: unknown): DeltaError {
    return invalid(this.#payload, problem, this.#info.name, cause)
  }
}
