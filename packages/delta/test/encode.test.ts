import type { Progress } from '@soup/interface'
import {
  type Checkpoint,
  describeTensors,
  memorySpool,
  PIECE_BYTES,
  readPieces
} from '@soup/tensor'
import t from 'tap'
import { payloadContents } from '../src/contents.ts'
import { encodeExact } from '../src/encode.ts'
import { checkpoint, collect, noise } from './fixtures.ts'

t.test('an unchanged tensor costs only its hash', async t => {
  const data = noise(1, 5000)
  const base = checkpoint('base', [['x', 'BF16', [2500], data]])
  const expert = checkpoint('expert', [['x', 'BF16', [2500], data.slice()]], [['format', 'pt']])
  const payload = await encodeExact(base, expert, memorySpool())
  t.equal(payload.tensors.size, 0)
  t.strictSame(payloadContents(payload), {
    tensors: await describeTensors(expert),
    metadata: new Map([['format', 'pt']])
  })
})

t.test('a tensor is stored as a table of lengths and its pieces', async t => {
  const data = noise(1, 2 * PIECE_BYTES + 3)
  const changed = data.slice()
  changed[PIECE_BYTES] = changed[PIECE_BYTES]! + 1
  const base = checkpoint('base', [['x', 'U8', [data.length], data]])
  const expert = checkpoint('expert', [['x', 'U8', [data.length], changed]])
  const payload = await encodeExact(base, expert, memorySpool())
  const stored = await collect(readPieces(payload, 'x'))
  const info = payload.tensors.get('x')!
  t.strictSame(info, { name: 'x', dtype: 'U8', shape: [stored.length], sizeBytes: stored.length })
  const lengths = [0, 4, 8].map(at => stored.readUInt32LE(at))
  t.strictSame([lengths[0], lengths[2]], [0, 0], 'pieces that did not change')
  t.equal(stored.length, 12 + lengths[1]!)
  t.ok(lengths[1]! < 1000)
  t.throws(() => payload.open('y'), RangeError)
})

t.test(
  "tensors that differ from the base's are refused by name before anything is read",
  async t => {
    const data = new Uint8Array(4)
    const unreadable = (of: Checkpoint): Checkpoint => ({
      ...of,
      open: () => t.fail('must not read') as never
    })
    const base = unreadable(checkpoint('the base', [['x', 'F32', [1], data]]))
    const cases: [Checkpoint, RegExp][] = [
      [checkpoint('e', []), /^e doesn't fit its base the base: tensor "x" is missing$/],
      [
        checkpoint('e', [
          ['x', 'F32', [1], data],
          ['y', 'F32', [1], data]
        ]),
        /"y" is new/
      ],
      [checkpoint('e', [['x', 'I32', [1], data]]), /"x" is I32\[1\], expected F32\[1\]/],
      [checkpoint('e', [['x', 'F32', [1, 1], data]]), /"x" is F32\[1,1\], expected F32\[1\]/]
    ]
    for (const [expert, message] of cases) {
      await t.rejects(encodeExact(base, unreadable(expert), memorySpool()), {
        code: 'DELTA_MISMATCH',
        message
      })
    }
  }
)

t.test("progress counts the expert's bytes; an abort ends it with its reason", async t => {
  const data = noise(1, PIECE_BYTES + 1)
  const base = checkpoint('base', [['x', 'U8', [data.length], data]])
  const steps: Progress[] = []
  await encodeExact(base, base, memorySpool(), { onProgress: step => steps.push(step) })
  t.strictSame(
    steps.map(({ done }) => done),
    [0, PIECE_BYTES, PIECE_BYTES + 1]
  )
  t.equal(steps[0]?.total, PIECE_BYTES + 1)
  const reason = new Error('stop')
  await t.rejects(
    encodeExact(base, base, memorySpool(), { signal: AbortSignal.abort(reason) }),
    reason
  )
})
