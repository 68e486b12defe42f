import type { Progress } from '@soup/interface'
import { type Checkpoint, checkpointBytes, memorySpool, writeSafetensors } from '@soup/tensor'
import t from 'tap'
import { payloadContents } from '../../src/contents.ts'
import { DEFAULT_DENSITY } from '../../src/limits.ts'
import { LOSSY_CODECS } from '../../src/lossy/codecs.ts'
import { decodeLossy } from '../../src/lossy/decode.ts'
import { encodeLossy } from '../../src/lossy/encode.ts'
import { LossSum, payloadLoss } from '../../src/lossy/loss.ts'
import { checkpoint, noise } from '../fixtures.ts'
import { bytesOf, models } from './fixtures.ts'

/** SHA-256 of x as it is rebuilt: it must not change while the format's version doesn't, on any machine. */
const REBUILT = {
  sparse: '6499d1f58a2beff76041d435236e2385be1cd7729b7009c2aa00a2047a0b91e0',
  int8: '7eaf5302ff5f3918c9d2f417c8d853a88dacfc8bf477a0736dbb85562edef6b1',
  bit1: '730284a563302ffcedd1510c76201f0ff70fd6be08f55fdf458b50767541b223'
}

/** SHA-256 of a bit1 payload as a file. Other codecs' files change with the version of zstd. */
const BIT1_FILE = 'da3b7f87889241251fdbdb2f428cdeffaf2534534788c7346a6267aad1778daa'

async function fileSha256(payload: Checkpoint): Promise<string> {
  const sink = { write: async () => {}, commit: async () => {}, discard: async () => {} }
  return (await writeSafetensors(payload, sink)).sha256
}

for (const codec of LOSSY_CODECS) {
  t.test(`${codec} gives the same file for the same tensors, as it did before`, async t => {
    const [base, expert] = models('BF16', 5000)
    const first = await encodeLossy(base, expert, memorySpool(), { codec })
    const again = await encodeLossy(base, expert, memorySpool(), { codec })
    t.equal(await fileSha256(first), await fileSha256(again))
    t.equal(payloadContents(first).tensors[0]?.sha256, REBUILT[codec])
    if (codec === 'bit1') t.equal(await fileSha256(first), BIT1_FILE)
  })

  t.test(`${codec} is smaller than the tensors, and says what it lost`, async t => {
    for (const dtype of ['F32', 'BF16', 'F16', 'F64'] as const) {
      const [base, expert] = models(dtype, 5000)
      const payload = await encodeLossy(base, expert, memorySpool(), { codec })
      t.ok(checkpointBytes(payload) < 0.7 * checkpointBytes(expert), dtype)
      const sum = new LossSum()
      const rebuilt = await bytesOf(decodeLossy(base, payload, codec))
      sum.add(await bytesOf(expert), await bytesOf(base), rebuilt, dtype)
      t.strictSame(payloadLoss(payload), sum.loss())
      t.ok(sum.loss().cosine > 0.4)
    }
  })

  t.test(`${codec} counts what it reads, up to the end`, async t => {
    const [base, expert] = models('F32', 1000)
    const steps: Progress[] = []
    await encodeLossy(base, expert, memorySpool(), { codec }, { onProgress: p => steps.push(p) })
    t.equal(steps.at(-1)?.done, steps.at(-1)?.total)
    const reason = new Error('stop')
    const options = { signal: AbortSignal.abort(reason) }
    await t.rejects(encodeLossy(base, expert, memorySpool(), { codec }, options), reason)
  })
}

for (const codec of LOSSY_CODECS) {
  t.test(`${codec} counts each tensor as often as it is read, and ends at the total`, async t => {
    const rows: [dtype: string, data: ArrayBufferView, changed: ArrayBufferView][] = [
      ['F32', Float32Array.of(1, 2), Float32Array.of(1, 3)],
      ['F32', Float32Array.of(1, 2), Float32Array.of(Number.NaN, 3)],
      ['I32', Int32Array.of(1, 2), Int32Array.of(1, 3)],
      ['I32', Int32Array.of(1, 2), Int32Array.of(1, 2)]
    ]
    const model = (column: 1 | 2) =>
      checkpoint(
        'm',
        rows.map((row, i) => [`${i}`, row[0], [2], row[column]])
      )
    const steps: Progress[] = []
    const onProgress = (step: Progress) => void steps.push(step)
    await encodeLossy(model(1), model(2), memorySpool(), { codec }, { onProgress })
    const total = codec === 'sparse' ? 2 * 24 + 2 * 8 : 4 * 8
    t.ok(steps.every(step => step.total === total))
    t.ok(steps.every(({ done }, i) => done >= (steps[i - 1]?.done ?? 0) && done <= total))
    t.equal(steps.at(-1)?.done, total)
  })
}

t.test('tensors in any order of the file give the same payload', async t => {
  const rows = ['a', 'b', 'c'].map(
    (name, i): [string, string, number[], Uint8Array, Uint8Array] => [
      name,
      'BF16',
      [500],
      noise(i, 1000).map(byte => byte & 0x3f),
      noise(i + 9, 1000).map(byte => byte & 0x3f)
    ]
  )
  const pair = (list: typeof rows): [Checkpoint, Checkpoint] => [
    checkpoint(
      'base',
      list.map(([name, dtype, shape, data]) => [name, dtype, shape, data])
    ),
    checkpoint(
      'expert',
      list.map(([name, dtype, shape, , data]) => [name, dtype, shape, data])
    )
  ]
  const encode = async (list: typeof rows) =>
    fileSha256(await encodeLossy(...pair(list), memorySpool(), { codec: 'int8' }))
  t.equal(await encode(rows), await encode(rows.toReversed()))
})

t.test('a density is for sparse alone, above 0, at most 1', async t => {
  const [base, expert] = models('F32', 10)
  for (const density of [0, -1, 1.1, Number.NaN]) {
    const init = { codec: 'sparse', density } as const
    await t.rejects(encodeLossy(base, expert, memorySpool(), init), RangeError, `${density}`)
  }
  const init = { codec: 'int8', density: 0.1 } as const
  await t.rejects(encodeLossy(base, expert, memorySpool(), init), RangeError)
  const payload = await encodeLossy(base, expert, memorySpool(), { codec: 'sparse' })
  t.equal(payload.metadata.get('soup.settings'), JSON.stringify({ density: DEFAULT_DENSITY }))
})

t.test("tensors that aren't the base's are refused", async t => {
  const [base] = models('F32', 10)
  const [expert] = models('BF16', 10)
  const encoding = encodeLossy(base, expert, memorySpool(), { codec: 'bit1' })
  await t.rejects(encoding, { code: 'DELTA_MISMATCH' })
})
