import t from 'tap'
import { progressLine, progressView } from '../../src/cli/progress.ts'

const CLEAR = '\r\u001b[2K'

/** A stream that remembers, and a clock that a test sets. */
function setUp(isTTY: boolean, columns?: number) {
  const written: string[] = []
  const clock = { now: 0 }
  const out = { isTTY, columns, write: (text: string) => written.push(text) }
  return { written, clock, view: progressView(out, () => clock.now) }
}

const at = (done: number) => ({ stage: 'fetch', done, total: 4_000, unit: 'bytes' }) as const

t.test('progressLine() says stage, bar, amount, rate and time left', async t => {
  t.equal(
    progressLine({ stage: 'fetch chunks', done: 1_000, total: 4_000, unit: 'bytes' }, 2, 500),
    'fetch chunks      [######..................]  1.0 kB of 4.0 kB  250 B/s  12 s left'
  )
})

t.test('progressLine() without a total says only what is done', async t => {
  t.match(progressLine({ stage: 'sync', done: 7, unit: 'records' }, 2, 7), /^sync +7 records$/)
})

t.test('progressLine() of an empty stage shows a full bar and promises no time', async t => {
  t.equal(
    progressLine({ stage: 'hash', done: 0, total: 0, unit: 'bytes' }, 0, 0),
    'hash              [########################]  0 B of 0 B'
  )
})

t.test('progressLine() shows a remark of a peer without control characters', async t => {
  const line = progressLine({ stage: 's', done: 1, unit: 'tensors', note: '\u001b[2Jx' }, 1, 1)
  t.ok(line.endsWith('�[2Jx'))
})

t.test('what ends within a second draws nothing', async t => {
  const { view, written, clock } = setUp(true)
  view.update(at(0))
  clock.now = 999
  view.update(at(4_000))
  view.end()
  t.same(written, [])
})

t.test(
  'a terminal gets one line that is redrawn, cut to its width and removed in the end',
  async t => {
    const { view, written, clock } = setUp(true, 20)
    view.update(at(0))
    clock.now = 1_500
    view.update(at(1_000))
    clock.now = 1_550
    view.update(at(1_100))
    t.equal(written.length, 1, 'a redraw 50 ms later would only flicker')
    t.equal(written[0]?.length, CLEAR.length + 19)
    view.end()
    view.end()
    t.same(written.slice(1), [CLEAR])
  }
)

t.test('anything but a terminal gets whole lines, one every few seconds', async t => {
  const { view, written, clock } = setUp(false)
  for (clock.now = 0; clock.now <= 11_000; clock.now += 500) view.update(at(clock.now / 10))
  view.end()
  t.equal(written.length, 2)
  for (const line of written) t.match(line, /^fetch .*\n$/)
})

t.test('the rate of a stage counts from where that stage began', async t => {
  const { view, written, clock } = setUp(true, 200)
  view.update({ stage: 'a', done: 9_000, total: 9_000, unit: 'bytes' })
  clock.now = 2_000
  view.update(at(2_000))
  clock.now = 4_000
  view.update(at(3_000))
  t.match(written.at(-1), '500 B/s')
})
