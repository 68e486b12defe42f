import {
  type Checkpoint,
  describeTensors,
  fileSpool,
  memoryCheckpoint,
  memorySpool,
  PIECE_BYTES,
  readPieces
} from '@soup/tensor'
import fc from 'fast-check'
import t from 'tap'
import { payloadContents } from '../../src/contents.ts'
import { EXACT_PIECE_BYTES } from '../../src/limits.ts'
import { LOSSY_CODECS, type LossyCodec } from '../../src/lossy/codecs.ts'
import { decodeLossy } from '../../src/lossy/decode.ts'
import { encodeLossy } from '../../src/lossy/encode.ts'
import { checkpoint, noise } from '../fixtures.ts'
import { bytesOf, DTYPES, models, packed } from './fixtures.ts'

const encode = (base: Checkpoint, expert: Checkpoint, codec: LossyCodec) =>
  encodeLossy(base, expert, memorySpool(), { codec })

/** A payload with other stored bytes of x. */
function withData(payload: Checkpoint, data: Uint8Array): Checkpoint {
  const { metadata } = payload
  const tensors = [{ name: 'x', dtype: 'U8', shape: [data.length], data }]
  return memoryCheckpoint({ name: 'p', metadata, tensors })
}

for (const codec of LOSSY_CODECS) {
  t.test(`${codec} decodes any tensors to what the payload lists`, async t => {
    const bits = fc.oneof(fc.uint8Array({ minLength: 64, maxLength: 64 }), fc.constant(undefined))
    const dtype = fc.constantFrom(...DTYPES, 'I32', 'BOOL', 'C64', 'FUTURE')
    const tensor = fc.record({ dtype, base: fc.uint8Array({ minLength: 64, maxLength: 64 }), bits })
    await fc.assert(
      fc.asyncProperty(fc.array(tensor, { maxLength: 4 }), async list => {
        const model = (name: string, data: (i: number) => Uint8Array) =>
          checkpoint(
            name,
            list.map((row, i) => [`${i}`, row.dtype, [64 / width(row.dtype)], data(i)]),
            [['a', name]]
          )
        const base = model('base', i => list[i]!.base)
        const expert = model('expert', i => list[i]!.bits ?? list[i]!.base)
        const payload = await encode(base, expert, codec)
        const rebuilt = decodeLossy(base, payload, codec)
        t.strictSame(await describeTensors(rebuilt), payloadContents(payload).tensors)
        t.strictSame([...rebuilt.metadata], [['a', 'expert']])
      }),
      { numRuns: 40 }
    )
  })

  t.test(`${codec} takes tensors of one piece and of two, and a scalar`, async t => {
    const piece = EXACT_PIECE_BYTES / 2
    for (const length of [1, 8, piece - 1, piece, piece + 1]) {
      const [base, expert] = models('BF16', length)
      const rebuilt = decodeLossy(base, await encode(base, expert, codec), codec)
      t.equal((await bytesOf(rebuilt)).length, 2 * length)
    }
    const [base, expert] = [[1], [2]].map(list =>
      checkpoint('m', [['x', 'F32', [], packed('F32', list)]])
    )
    const rebuilt = decodeLossy(base!, await encode(base!, expert!, codec), codec)
    t.ok(Math.abs((await bytesOf(rebuilt)).readFloatLE() - 2) < 0.02)
  })

  t.test(`${codec} takes every finite change`, async t => {
    const [base, expert] = [[0], [(2 - 2 ** -23) * 2 ** 127]].map(list =>
      checkpoint('m', [['x', 'F32', [1], packed('F32', list)]])
    )
    const rebuilt = decodeLossy(base!, await encode(base!, expert!, codec), codec)
    t.ok((await bytesOf(rebuilt)).readFloatLE() > 3.3e38)
  })

  t.test(`${codec} never uses a wrong base silently`, async t => {
    const [base, expert] = models('F32', 1000)
    const payload = await encode(base, expert, codec)
    const data = await bytesOf(base)
    data[2]! ^= 1
    const other = checkpoint('another', [['x', 'F32', [1000], data]])
    await t.rejects(bytesOf(decodeLossy(other, payload, codec)), { code: 'DELTA_SHA256' })
  })

  t.test(`${codec} refuses any change of the stored bytes, and never hangs or grows`, async t => {
    const [base, expert] = models('BF16', 1000)
    const payload = await encode(base, expert, codec)
    const stored = await bytesOf(payload)
    const original = await bytesOf(decodeLossy(base, payload, codec))
    const change = fc.record({ at: fc.nat(stored.length - 1), to: fc.nat(255) })
    const cut = fc.nat(stored.length)
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), cut, async (list, end) => {
        const data = Buffer.from(stored)
        for (const { at, to } of list) data[at] = to
        const changed = end % 4 === 0 ? data.subarray(0, end) : data
        if (changed.equals(stored)) return
        // Another zstd frame may hold the same: what counts is the tensor.
        try {
          const got = await bytesOf(decodeLossy(base, withData(payload, changed), codec))
          t.ok(got.equals(original))
        } catch (error) {
          t.match(error, { name: 'DeltaError', code: /^DELTA_(INVALID|SHA256)$/ })
        }
      }),
      { numRuns: 150, seed: 7 }
    )
  })

  t.test(`${codec} refuses stored tensors that can not be before any is read`, async t => {
    const [base, expert] = models('F32', 1000)
    const payload = await encode(base, expert, codec)
    const having = (name: string, dtype: string, sizeBytes: number): Checkpoint => ({
      ...payload,
      tensors: new Map([[name, { name, dtype, shape: [sizeBytes], sizeBytes }]])
    })
    const cases: Record<string, Checkpoint> = {
      'not listed': having('y', 'U8', 100),
      'another dtype': having('x', 'I8', 100),
      'no room for the table': having('x', 'U8', 3),
      'larger than can be': having('x', 'U8', 2 ** 40),
      'as it is, but too short': having('x', 'F32', 3996)
    }
    for (const [what, broken] of Object.entries(cases)) {
      t.throws(() => decodeLossy(base, broken, codec), { code: 'DELTA_INVALID' }, what)
    }
    const [other] = models('F32', 999)
    t.throws(() => decodeLossy(other, payload, codec), { code: 'DELTA_MISMATCH' })
  })
}

t.test('a message names tensor and piece', async t => {
  const [base, expert] = models('F32', 1000)
  const payload = await encode(base, expert, 'bit1')
  const data = await bytesOf(payload)
  data.writeUInt16LE(0x7f80, 4)
  await t.rejects(bytesOf(decodeLossy(base, withData(payload, data), 'bit1')), {
    code: 'DELTA_INVALID',
    message: /tensor "x": piece 0: scale 0 is negative or not finite/
  })
})

t.test('32 MB are encoded to a file and decoded in little memory', async t => {
  const sizeBytes = 32 * PIECE_BYTES
  const piece = noise(1, PIECE_BYTES).map(byte => byte & 0x3f)
  const virtual = (name: string, change: number): Checkpoint => ({
    name,
    metadata: new Map(),
    tensors: new Map([['x', { name: 'x', dtype: 'F32', shape: [sizeBytes / 4], sizeBytes }]]),
    isSequential: false,
    open: () => ({
      read: async target => {
        target.set(piece.subarray(0, target.length))
        target[0] = target[0]! ^ change
      }
    }),
    close: async () => {}
  })
  const spool = await fileSpool(`${t.testdir({})}/spool`)
  t.teardown(() => spool.close())
  const before = process.memoryUsage().rss
  const [base, expert] = [virtual('base', 0), virtual('expert', 1)]
  const payload = await encodeLossy(base, expert, spool, { codec: 'sparse' })
  let [got, peak] = [0, process.memoryUsage().rss - before]
  for await (const part of readPieces(decodeLossy(base, payload, 'sparse'), 'x')) {
    got += part.length
    peak = Math.max(peak, process.memoryUsage().rss - before)
  }
  t.equal(got, sizeBytes)
  t.ok(peak < 60 * 2 ** 20, `${peak} bytes more at most`)
})

function width(dtype: string): number {
  return { F64: 8, C64: 8, F32: 4, I32: 4, F16: 2, BF16: 2 }[dtype] ?? 1
}
