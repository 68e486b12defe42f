import type { Progress } from '@soup/interface'
import { type Checkpoint, describeTensors, memorySpool, readPieces } from '@soup/tensor'
import t from 'tap'
import { payloadContents } from '../src/contents.ts'
import { encodeExact } from '../src/encode.ts'
import { EXACT_PIECE_BYTES, MIN_BYTES_FOR_THREADS } from '../src/limits.ts'
import { checkpoint, collect, noise } from './fixtures.ts'
import { closed, openCheckpoint, type VirtualInput } from './virtual.ts'

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
  const data = noise(1, 2 * EXACT_PIECE_BYTES + 3)
  const changed = data.slice()
  changed[EXACT_PIECE_BYTES] = changed[EXACT_PIECE_BYTES]! + 1
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
  const data = noise(1, EXACT_PIECE_BYTES + 1)
  const base = checkpoint('base', [['x', 'U8', [data.length], data]])
  const steps: Progress[] = []
  await encodeExact(base, base, memorySpool(), { onProgress: step => steps.push(step) })
  t.strictSame(
    steps.map(({ done }) => done),
    [0, EXACT_PIECE_BYTES, EXACT_PIECE_BYTES + 1]
  )
  t.equal(steps[0]?.total, EXACT_PIECE_BYTES + 1)
  const reason = new Error('stop')
  await t.rejects(
    encodeExact(base, base, memorySpool(), { signal: AbortSignal.abort(reason) }),
    reason
  )
})

const VIRTUAL = new URL('./virtual.ts', import.meta.url).href
const opener = (input: VirtualInput) => ({ module: VIRTUAL, input })

/** A name, so that messages tell them apart, and how the second half of a piece differs from the base. */
const BASE: VirtualInput = { name: 'base', sizeBytes: MIN_BYTES_FOR_THREADS, change: 0 }
const EXPERT: VirtualInput = { ...BASE, name: 'expert', change: 1 }

t.test('a large expert gives the same payload from two threads as from one', async t => {
  const [base, expert] = [await openCheckpoint(BASE), await openCheckpoint(EXPERT)]
  const spools = [memorySpool(), memorySpool()]
  const alone = await encodeExact(base, expert, spools[0]!)
  const steps: Progress[] = []
  closed.length = 0
  const openers = { base: opener(BASE), expert: opener(EXPERT) }
  const onProgress = (step: Progress) => void steps.push(step)
  const together = await encodeExact(base, expert, spools[1]!, { openers, threads: 2, onProgress })
  t.strictSame(together.metadata, alone.metadata)
  t.strictSame(together.tensors, alone.tensors)
  t.strictSame(closed.toSorted(), ['base', 'expert'], 'this thread was one of the team')
  const stored = await Promise.all([together, alone].map(of => collect(readPieces(of, 'x'))))
  t.ok(stored[0]!.equals(stored[1]!))
  t.strictSame(steps.at(-1)?.done, MIN_BYTES_FOR_THREADS)
})

t.test('a sequential expert is read by one thread, from its beginning', async t => {
  const opened = await openCheckpoint(EXPERT)
  const expert: Checkpoint = {
    ...opened,
    isSequential: true,
    open: (name, offset = 0) => (offset === 0 ? opened.open(name) : t.fail('an offset')) as never
  }
  const openers = { base: opener(BASE), expert: { module: 'none', input: {} } }
  const options = { openers, threads: 2 }
  await encodeExact(await openCheckpoint(BASE), expert, memorySpool(), options)
})
