import { memorySpool, readPieces } from '@soup/tensor'
import t from 'tap'
import { decodeDelta } from '../src/decode-delta.ts'
import { encodeExact } from '../src/encode.ts'
import { LOSSY_CODECS } from '../src/lossy/codecs.ts'
import { encodeLossy } from '../src/lossy/encode.ts'
import { checkpoint, collect } from './fixtures.ts'

const base = checkpoint('base', [['x', 'F32', [3], Float32Array.of(1, 2, 3)]])
const expert = checkpoint('expert', [['x', 'F32', [3], Float32Array.of(1, 2, 4)]])

t.test('every codec is told by the payload', async t => {
  const payloads = [await encodeExact(base, expert, memorySpool())]
  for (const codec of LOSSY_CODECS) {
    payloads.push(await encodeLossy(base, expert, memorySpool(), { codec }))
  }
  for (const payload of payloads) {
    const bytes = await collect(readPieces(decodeDelta(base, payload), 'x'))
    t.equal(bytes.length, 12, payload.metadata.get('soup.codec')!)
  }
  const exact = await collect(readPieces(decodeDelta(base, payloads[0]!), 'x'))
  t.strictSame([...new Float32Array(new Uint8Array(exact).buffer)], [1, 2, 4])
})

t.test('what was verified before is read from anywhere, whatever the codec', async t => {
  for (const codec of LOSSY_CODECS) {
    const payload = await encodeLossy(base, expert, memorySpool(), { codec })
    const whole = await collect(readPieces(decodeDelta(base, payload), 'x'))
    const decoded = decodeDelta(base, payload, { isVerified: true })
    t.equal(decoded.isSequential, false, codec)
    const last = new Uint8Array(4)
    await decoded.open('x', 8).read(last)
    t.ok(whole.subarray(8).equals(last), codec)
  }
})

t.test(
  'a codec that this version does not know is refused, in a message that names those it does',
  t => {
    const metadata = new Map([['soup.codec', 'sparse/9']])
    t.throws(() => decodeDelta(base, { ...expert, metadata }), {
      code: 'DELTA_INVALID',
      message: /"sparse\/9", expected exact\/1, exact\/2, sparse\/1, int8\/1, bit1\/1$/
    })
    t.end()
  }
)
