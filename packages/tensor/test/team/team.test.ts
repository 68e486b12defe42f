import t from 'tap'
import { runTeam } from '../../src/team/team.ts'
import type { Doubling } from './doubling.ts'

const module = new URL('./doubling.ts', import.meta.url).href
const NUMBERS = Array.from({ length: 50 }, (_, i) => i)

/** What came of each number. */
async function double(
  input: Doubling,
  threads: number,
  signal?: AbortSignal,
  onResult?: (index: number) => void
): Promise<Map<number, number>> {
  const results = new Map<number, number>()
  const work = { module, input, count: input.numbers.length }
  await runTeam<number>(work, {
    threads,
    signal,
    onResult: (index, result) => {
      results.set(index, result)
      onResult?.(index)
    }
  })
  return results
}

t.test('every item is done once, whatever the number of threads', async t => {
  for (const threads of [1, 3]) {
    const results = await double({ numbers: NUMBERS }, threads)
    t.strictSame(
      NUMBERS.map(i => results.get(i)),
      NUMBERS.map(i => 2 * i)
    )
  }
  t.equal((await double({ numbers: [] }, 2)).size, 0)
})

t.test('what a thread throws ends the work', async t => {
  for (const threads of [1, 2]) {
    await t.rejects(double({ numbers: NUMBERS, failAt: 7 }, threads), { message: 'no 7' })
  }
})

t.test('a thread that dies is told, and the others end', async t => {
  const death = new Int32Array(new SharedArrayBuffer(4))
  await t.rejects(double({ numbers: NUMBERS, death }, 2), {
    code: 'THREAD_DIED',
    message: /exit code 3/
  })
})

t.test('a result that the caller refuses ends the work with its error', async t => {
  const refuse = (index: number) => {
    if (index === 5) throw new TypeError('not that')
  }
  await t.rejects(double({ numbers: NUMBERS }, 2, undefined, refuse), { message: 'not that' })
})

t.test('an abort ends the work with its reason', async t => {
  const reason = new Error('enough')
  await t.rejects(double({ numbers: NUMBERS }, 2, AbortSignal.abort(reason)), reason)
  const later = new AbortController()
  const reading = double({ numbers: NUMBERS }, 2, later.signal, () => later.abort(reason))
  await t.rejects(reading, reason)
})
