import { type FloatDtype, floatBytes } from '@soup/tensor'
import type { PieceCodec } from '../../src/lossy/piece-codec.ts'

/** Encodes one piece and decodes it. */
export async function throughPiece(
  codec: PieceCodec,
  dtype: FloatDtype,
  expert: Uint8Array,
  base: Uint8Array,
  density = 1
): Promise<{ stored: Uint8Array | undefined; rebuilt: Uint8Array }> {
  const elementCount = base.length / floatBytes(dtype)
  const pairs = async function* () {
    yield { expert, base }
  }
  const encode = await codec.prepare({ dtype, elementCount, pairs }, { density })
  const stored = encode(expert, base)
  const rebuilt = base.slice()
  if (stored !== undefined && stored.length > 0) codec.decode(stored, rebuilt, dtype)
  return { stored, rebuilt }
}
