import { bit1 } from './bit1.ts'
import { int8 } from './int8.ts'
import type { PieceCodec } from './piece-codec.ts'
import { sparse } from './sparse.ts'

/** A codec that gives back an expert like the one that was published, not that one. */
export type LossyCodec = 'sparse' | 'int8' | 'bit1'

const CODECS: Record<LossyCodec, PieceCodec> = { sparse, int8, bit1 }

/** The lossy codecs' names. */
export const LOSSY_CODECS: readonly LossyCodec[] = ['sparse', 'int8', 'bit1']

/** Tells whether a name is that of a lossy codec. */
export function isLossyCodec(name: string): name is LossyCodec {
  return Object.hasOwn(CODECS, name)
}

/** How a codec stores pieces. */
export function pieceCodec(codec: LossyCodec): PieceCodec {
  return CODECS[codec]
}

/** Name and version of a codec's format, as `soup.codec` says it. */
export function codecFormat(codec: LossyCodec): string {
  return `${codec}/1`
}
