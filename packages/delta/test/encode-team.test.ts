import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { encodeTeam } from '../src/encode-team.ts'
import { RUN_BYTES } from '../src/limits.ts'
import { cutRuns, type Run } from '../src/runs.ts'
import { closed, openCheckpoint, type VirtualInput } from './virtual.ts'

const module = new URL('./virtual.ts', import.meta.url).href
const BASE: VirtualInput = { name: 'base', sizeBytes: 8 * RUN_BYTES, change: 0 }
const EXPERT: VirtualInput = { ...BASE, name: 'expert', change: 1 }
const openers = { base: { module, input: BASE }, expert: { module, input: EXPERT } }
const runs = cutRuns(await openCheckpoint(EXPERT))

t.test('runs are written in order, one at a time, however slowly', async t => {
  const offsets: number[] = []
  let writing = 0
  const write = async ([part]: Run, stored: Uint8Array, [lengths]: number[][]): Promise<void> => {
    t.equal(++writing, 1)
    await setImmediate()
    t.equal(
      lengths!.reduce((a, b) => a + b),
      stored.length
    )
    offsets.push(part!.offset)
    writing--
  }
  await encodeTeam(openers, runs, { threads: 2, write })
  t.strictSame(
    offsets,
    runs.map(([part]) => part!.offset)
  )
})

t.test('what writing throws ends the work, threads that wait for room included', async t => {
  const full = new Error('no space')
  const write = () => Promise.reject(full)
  await t.rejects(encodeTeam(openers, runs, { threads: 2, write }), full)
})

t.test('what a thread throws ends the work', async t => {
  const failing = { ...openers, expert: { module, input: { ...EXPERT, failAt: RUN_BYTES } } }
  await t.rejects(encodeTeam(failing, runs, { threads: 2, write: async () => {} }), {
    message: /expert can't be read at/
  })
})

/** Waits until the only thread has closed both of its checkpoints, and whoever waits for that has heard of it. */
async function ended(): Promise<void> {
  while (closed.length < 2) await setImmediate()
  for (let turns = 0; turns < 10; turns++) await setImmediate()
}

for (const what of ['a failure', 'an abort']) {
  t.test(`after ${what} nothing is written any more`, async t => {
    closed.length = 0
    const failAt = what === 'a failure' ? 2 * RUN_BYTES : EXPERT.sizeBytes
    const failing = { ...openers, expert: { module, input: { ...EXPERT, failAt } } }
    const abort = new AbortController()
    let [writing, written] = [0, 0]
    const write = async () => {
      writing++
      if (what === 'an abort') abort.abort(new Error('enough'))
      await ended()
      writing--
      written++
    }
    await t.rejects(encodeTeam(failing, runs, { threads: 1, write, signal: abort.signal }))
    t.equal(writing, 0)
    t.equal(written, 1, 'the next run was computed, and is left')
  })
}

t.test('an abort while the last run is written is noticed', async t => {
  closed.length = 0
  const reason = new Error('too late')
  const abort = new AbortController()
  let written = 0
  const write = async () => {
    if (++written < runs.length) return
    await ended()
    abort.abort(reason)
  }
  await t.rejects(encodeTeam(openers, runs, { threads: 1, write, signal: abort.signal }), reason)
  t.equal(written, runs.length)
})

t.test('an abort ends the work with its reason', async t => {
  const reason = new Error('enough')
  const abort = new AbortController()
  const write = async () => abort.abort(reason)
  await t.rejects(encodeTeam(openers, runs, { threads: 2, write, signal: abort.signal }), reason)
})
