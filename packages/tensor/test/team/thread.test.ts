import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { NEXT, STOP } from '../../src/team/take-items.ts'
import type { TeamMessage } from '../../src/team/team.ts'

const ENTRY = new URL('../../src/team/thread.ts', import.meta.url)
const module = new URL('./doubling.ts', import.meta.url).href

/** What one thread says of the items 0 to 3 until it ends. */
async function messages(prepare: (shared: Int32Array) => void, url = module) {
  const shared = new Int32Array(new SharedArrayBuffer(8))
  prepare(shared)
  const work = { module: url, input: { numbers: [10, 20, 30, 40] }, count: 4 }
  const worker = new Worker(ENTRY, { workerData: { work, shared } })
  const said: TeamMessage[] = []
  worker.on('message', message => said.push(message as TeamMessage))
  await once(worker, 'exit')
  return said
}

t.test('a thread takes the items that nobody took, in order', async t => {
  const said = await messages(shared => Atomics.store(shared, NEXT, 2))
  t.strictSame(said, [
    { index: 2, result: 60 },
    { index: 3, result: 80 }
  ])
})

t.test('a thread that is to stop takes none', async t => {
  const said = await messages(shared => Atomics.store(shared, STOP, 1))
  t.match(said, [{ error: { code: 'STOPPED' } }])
})

t.test('a thread that cannot begin says why', async t => {
  const said = await messages(() => undefined, 'data:text/javascript,')
  t.match(said, [{ error: { code: 'INTERNAL', message: /begin/ } }])
})
