import type { Worker } from 'node:worker_threads'
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
    const others = new Int32Array(new SharedArrayBuffer(4))
    const results = await double({ numbers: NUMBERS, ...(threads > 1 && { others }) }, threads)
    t.equal(others[0]! > 0, threads > 1)
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

t.test('a thread that has no file left to open says so', async t => {
  const death = new Int32Array(new SharedArrayBuffer(4))
  await t.rejects(double({ numbers: NUMBERS, death, deathBy: 'EMFILE: open a' }, 2), {
    code: 'THREAD_DIED',
    message: /too many files are open.*ulimit -n/
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

t.test('no thread outlives the work, whatever ended it', async t => {
  const workers: Worker[] = []
  const add = (worker: Worker) => void workers.push(worker)
  process.on('worker', add)
  t.teardown(() => process.off('worker', add))
  const refuse = () => {
    throw new TypeError('not that')
  }
  await double({ numbers: NUMBERS }, 3)
  await t.rejects(double({ numbers: NUMBERS, failAt: 7 }, 3))
  await t.rejects(double({ numbers: NUMBERS }, 3, undefined, refuse))
  t.strictSame(
    workers.map(({ threadId }) => threadId),
    [-1, -1, -1, -1, -1, -1]
  )
})

t.test('this thread can begin its part in its own way', async t => {
  const results: number[] = []
  const begin = async () => ({ run: async (index: number) => -index, end: async () => {} })
  const work = { module: 'file:///missing.ts', input: undefined, count: 3 }
  await runTeam<number>(work, {
    threads: 1,
    begin,
    onResult: (_, result) => void results.push(result)
  })
  t.strictSame(results, [-0, -1, -2])
})
