import { type Checkpoint, describeTensors, memorySpool, PIECE_BYTES } from '@soup/tensor'
import t from 'tap'
import { privatize } from '../../src/dp/privatize.ts'
import { encodeExact } from '../../src/encode.ts'
import { checkpoint } from '../fixtures.ts'
import { bytesOf, DTYPES, models, numbers, packed, unpacked } from '../lossy/fixtures.ts'
import { seeded } from './fixtures.ts'

const random = seeded(1)

async function moved(base: Checkpoint, expert: Checkpoint): Promise<number[]> {
  const [theirs, ours] = [await bytesOf(base), await bytesOf(expert)]
  const before = unpacked('F64', theirs)
  return unpacked('F64', ours).map((value, i) => value - before[i]!)
}

t.test('with a wide bound and no noise the expert comes back bit for bit', async t => {
  for (const dtype of DTYPES) {
    const [base, expert] = models(dtype, 1000)
    const same = await privatize(base, expert, { clip: 1e9, noise: 0, random })
    t.strictSame(await describeTensors(same), await describeTensors(expert), dtype)
  }
  const [zero, minus] = [0, -0].map(value =>
    checkpoint('m', [['x', 'F32', [1], Float32Array.of(value)]])
  )
  const same = await privatize(zero!, minus!, { clip: 1, noise: 0, random })
  t.strictSame([...(await bytesOf(same))], [0, 0, 0, 128])
})

t.test('a delta over the bound is scaled down to it, one below stays', async t => {
  const [base, expert] = models('F64', 1000)
  const before = await moved(base, expert)
  const norm = Math.hypot(...before)
  for (const share of [0.1, 0.999, 2]) {
    const clip = share * norm
    const clipped = await privatize(base, expert, { clip, noise: 0, random })
    const after = await moved(base, clipped)
    t.ok(Math.hypot(...after) <= clip * (1 + 1e-12))
    const factor = Math.min(1, share)
    t.ok(
      after.every((step, i) => Math.abs(step - factor * before[i]!) < 1e-12),
      `${share}`
    )
  }
})

t.test('the norm is that of all float tensors together', async t => {
  const model = (name: string, a: number, b: number) =>
    checkpoint(name, [
      ['a', 'F32', [1], Float32Array.of(a)],
      ['b', 'F32', [1], Float32Array.of(b)],
      ['steps', 'I64', [1], BigInt64Array.of(5n)]
    ])
  const clipped = await privatize(model('base', 0, 0), model('e', 3, 4), {
    clip: 1,
    noise: 0,
    random
  })
  t.equal((await bytesOf(clipped, 'a')).readFloatLE(), Math.fround(0.6))
  t.equal((await bytesOf(clipped, 'b')).readFloatLE(), Math.fround(0.8))
  t.equal((await bytesOf(clipped, 'steps')).readBigInt64LE(), 5n)
})

t.test('every element gets noise of standard deviation σ·C, changed or not', async t => {
  const count = 50_000
  const base = checkpoint('base', [['x', 'F64', [count], packed('F64', numbers(1, count))]])
  const noisy = await privatize(base, base, { clip: 0.5, noise: 3, random: seeded(2) })
  const steps = await moved(base, noisy)
  const mean = steps.reduce((a, b) => a + b) / count
  const deviation = Math.sqrt(steps.reduce((sum, x) => sum + x * x, 0) / count)
  t.ok(Math.abs(mean) < (4 * 1.5) / Math.sqrt(count), `${mean}`)
  t.ok(Math.abs(deviation / 1.5 - 1) < 4 / Math.sqrt(2 * count), `${deviation}`)
  t.ok(steps.every(step => step !== 0))
})

t.test('the same source gives the same noise, and the result can be published', async t => {
  const [base, expert] = models('BF16', PIECE_BYTES / 2 + 7)
  const make = () => privatize(base, expert, { clip: 0.1, noise: 1, random: seeded(3) })
  const [first, again] = [await bytesOf(await make()), await bytesOf(await make())]
  t.ok(first.equals(again))
  const payload = await encodeExact(base, await make(), memorySpool())
  t.equal(payload.tensors.size, 1)
})

t.test('a tensor is read once: a second reading would draw other noise', async t => {
  const [base, expert] = models('F32', 10)
  const noisy = await privatize(base, expert, { clip: 1, noise: 1, random })
  noisy.open('x')
  t.throws(() => noisy.open('x'), { message: /read once/ })
  t.throws(() => noisy.open('y'), RangeError)
})

t.test('noise that overflows the dtype gives its largest number', async t => {
  const [base, expert] = models('F8_E4M3', 100)
  const noisy = await privatize(base, expert, { clip: 1, noise: 1e6, random })
  const values = unpacked('F8_E4M3', await bytesOf(noisy)).map(Math.abs)
  t.ok(values.every(value => value <= 448) && values.includes(448))
})

t.test('a tensor that takes no noise must be the base, and weights finite', async t => {
  const whole = (value: bigint) => checkpoint('e', [['x', 'I64', [1], BigInt64Array.of(value)]])
  const init = { clip: 1, noise: 1, random }
  await t.rejects(privatize(whole(1n), whole(2n), init), {
    code: 'PRIVACY_REFUSED',
    message: /tensor "x" is I64, which takes no noise/
  })
  const float = (value: number) => checkpoint('e', [['x', 'F32', [1], Float32Array.of(value)]])
  for (const value of [Number.NaN, Infinity]) {
    await t.rejects(privatize(float(value), float(value), init), { code: 'PRIVACY_REFUSED' })
  }
  await t.rejects(privatize(float(1), whole(1n), init), { code: 'DELTA_MISMATCH' })
})

t.test('a bound and a multiplier out of range are refused', async t => {
  const [base, expert] = models('F32', 10)
  for (const [clip, noise] of [
    [0, 1],
    [-1, 1],
    [Infinity, 1],
    [Number.NaN, 1],
    [1, -1],
    [1, Number.NaN]
  ]) {
    const made = privatize(base, expert, { clip: clip!, noise: noise!, random })
    await t.rejects(made, RangeError, `${clip} ${noise}`)
  }
})
