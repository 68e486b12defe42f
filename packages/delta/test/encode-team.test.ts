import t from 'tap'
import { encodeTeam } from '../src/encode-team.ts'
import { RUN_BYTES } from '../src/limits.ts'
import { cutRuns, type Run } from '../src/runs.ts'
import { openCheckpoint, type VirtualInput } from './virtual.ts'

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
    await new Promise(resolve => setImmediate(resolve))
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

t.test('an abort ends the work with its reason', async t => {
  const reason = new Error('enough')
  const abort = new AbortController()
  const write = async () => abort.abort(reason)
  await t.rejects(encodeTeam(openers, runs, { threads: 2, write, signal: abort.signal }), reason)
})
