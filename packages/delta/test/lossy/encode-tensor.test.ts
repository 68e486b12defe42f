import { createHash } from 'node:crypto'
import { type Checkpoint, memorySpool } from '@soup/tensor'
import t from 'tap'
import { bit1 } from '../../src/lossy/bit1.ts'
import { type EncodedTensor, encodeTensor } from '../../src/lossy/encode-tensor.ts'
import { int8 } from '../../src/lossy/int8.ts'
import { LossSum } from '../../src/lossy/loss.ts'
import { checkpoint } from '../fixtures.ts'
import { packed } from './fixtures.ts'

async function encode(
  base: Checkpoint,
  expert: Checkpoint,
  codec = int8
): Promise<{ encoded: EncodedTensor; loss: LossSum; spooled: Uint8Array }> {
  const [spool, loss] = [memorySpool(), new LossSum()]
  const settings = { density: 1 }
  const init = { base, expert, spool, codec, settings, loss, advance: () => {}, options: {} }
  const encoded = await encodeTensor(init, expert.tensors.get('x')!)
  return { encoded, loss, spooled: await spool.read(0, spool.sizeBytes) }
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const one = (dtype: string, bytes: Uint8Array, length: number) =>
  checkpoint(dtype, [['x', dtype, [length], bytes]])

t.test('a tensor that equals the base has no data, be it of NaN', async t => {
  for (const dtype of ['F32', 'I32']) {
    const bytes = new Uint8Array(8).fill(255)
    const [theirs, ours] = [one(dtype, bytes, 2), one(dtype, bytes.slice(), 2)]
    const { encoded, spooled } = await encode(theirs, ours)
    t.strictSame(encoded, { sha256: sha256(bytes) })
    t.equal(spooled.length, 0, 'nothing went to the disk')
  }
})

t.test('a tensor that nothing computes with is stored as it is', async t => {
  const [theirs, ours] = [Uint8Array.of(1, 0, 0, 0), Uint8Array.of(2, 0, 0, 0)]
  const { encoded, spooled } = await encode(one('I32', theirs, 1), one('I32', ours, 1))
  t.equal(encoded.sha256, sha256(ours))
  t.equal(encoded.stored?.info.dtype, 'I32')
  t.strictSame([...spooled.subarray(encoded.stored?.offset)], [...ours])
})

t.test('floats whose change is not finite are stored as they are, and lose nothing', async t => {
  const cases: [dtype: 'F32' | 'F64', base: number, expert: number][] = [
    ['F32', 1, Number.NaN],
    ['F32', Infinity, 1],
    ['F32', -3e38, 3e38],
    ['F64', 0, 1e200]
  ]
  for (const [dtype, before, after] of cases) {
    const bytes = (value: number) => {
      const list = dtype === 'F64' ? Float64Array.of(0, value) : Float32Array.of(0, value)
      return new Uint8Array(list.buffer)
    }
    const { encoded, loss } = await encode(
      one(dtype, bytes(before), 2),
      one(dtype, bytes(after), 2)
    )
    t.equal(encoded.sha256, sha256(bytes(after)))
    t.equal(encoded.stored?.info.dtype, dtype, `${dtype} ${before} to ${after}`)
    t.strictSame(loss.loss(), { relativeError: 0, cosine: 1 })
  }
})

t.test('the hash and the loss are those of what decoding gives', async t => {
  const [theirs, ours] = [packed('F32', [0, 0]), packed('F32', [127, 0.25])]
  const { encoded, loss } = await encode(one('F32', theirs, 2), one('F32', ours, 2))
  t.equal(encoded.sha256, sha256(packed('F32', [127, 0])))
  t.ok(Math.abs(loss.loss().relativeError - 0.25 / Math.hypot(127, 0.25)) < 1e-12)
  t.equal(encoded.stored?.info.dtype, 'U8')
})

t.test('a change too small to survive rounding takes nothing', async t => {
  const weights = Array(9).fill(1.5)
  const [theirs, ours] = [packed('BF16', weights), packed('BF16', weights.with(4, 1.5078125))]
  const { encoded, loss } = await encode(one('BF16', theirs, 9), one('BF16', ours, 9), bit1)
  t.strictSame(encoded, { sha256: sha256(theirs) })
  t.strictSame(loss.loss(), { relativeError: 1, cosine: 0 })
})
