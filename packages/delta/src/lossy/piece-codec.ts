import type { FloatDtype } from '@soup/tensor'
import type { PiecePair } from '../pairs.ts'

/** A float tensor that is about to be encoded. */
export interface TensorPair {
  dtype: FloatDtype
  elementCount: number
  /** Reads all pieces in order, each valid until the next is asked for; may be called again. */
  pairs(): AsyncIterable<PiecePair>
}

/** What a lossy codec can be told. */
export interface LossySettings {
  /** Share of the elements that `sparse` sends, above 0, at most 1. */
  density: number
}

/** How a lossy codec stores one piece of a float tensor. */
export interface PieceCodec {
  /** How often `prepare` reads the whole tensor. */
  readonly passes: number
  /** The most bytes that a stored piece has, by the bytes that it decodes to. */
  maxPieceBytes(sizeBytes: number, dtype: FloatDtype): number
  /**
   * Looks at a whole tensor before its pieces are encoded.
   *
   * @returns what encodes one piece of it after another, in order, mutating neither: no bytes where the base's
   *   piece will do, undefined where Δ is infinite or NaN in f32, which the codec has no way to say
   */
  prepare(
    tensor: TensorPair,
    settings: LossySettings
  ): Promise<(expert: Uint8Array, base: Uint8Array) => Uint8Array | undefined>
  /**
   * Turns a piece of the base into the expert's, in place, the same bytes on every machine.
   *
   * @param stored at least one byte, at most `maxPieceBytes`; not mutated, trusted in nothing
   * @param piece the base's; of no use after an error
   * @throws {RangeError} when the stored bytes break the format
   */
  decode(stored: Uint8Array, piece: Uint8Array, dtype: FloatDtype): void
}
