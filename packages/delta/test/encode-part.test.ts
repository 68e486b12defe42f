import t from 'tap'
import { encodePart } from '../src/encode-part.ts'
import { EXACT_PIECE_BYTES } from '../src/limits.ts'
import { checkpoint, noise } from './fixtures.ts'

t.test('part of a tensor is encoded as the same pieces as in the whole', async t => {
  const data = noise(1, 2 * EXACT_PIECE_BYTES + 4)
  const changed = data.map((byte, i) => (i % 9 === 0 ? byte + 1 : byte))
  const base = checkpoint('base', [['x', 'F32', [data.length / 4], data]])
  const expert = checkpoint('expert', [['x', 'F32', [data.length / 4], changed]])
  const encode = async (offset: number) => {
    const part = { tensor: 'x', offset, sizeBytes: data.length - offset }
    const pieces: { expert: Buffer; stored: Buffer }[] = []
    for await (const piece of encodePart(base, expert, part))
      pieces.push({ expert: Buffer.from(piece.expert), stored: Buffer.from(piece.stored) })
    return pieces
  }
  const whole = await encode(0)
  t.ok(Buffer.concat(whole.map(piece => piece.expert)).equals(changed))
  t.strictSame(await encode(EXACT_PIECE_BYTES), whole.slice(1))
})
