import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import type { WorkerMessage } from '../../src/jobs/run-job.ts'
import { writeHeader, writeModel } from '../fixtures.ts'

const file = (path: string) => ({ kind: 'file', path }) as const

function startWorker(name: string, input: unknown): Worker {
  const url = new URL('../../src/jobs/worker.ts', import.meta.url)
  return new Worker(url, { workerData: { name, input } })
}

/** Every message of a worker until it ends by itself. */
async function messages(
  worker: Worker,
  onMessage: (message: WorkerMessage) => void = () => undefined
): Promise<WorkerMessage[]> {
  const seen: WorkerMessage[] = []
  return await new Promise((resolve, reject) => {
    worker.on('message', message => {
      seen.push(message)
      onMessage(message)
    })
    worker.on('error', reject)
    worker.on('exit', () => resolve(seen))
  })
}

t.test('the worker sends progress, then one result, and ends', async t => {
  const path = await writeModel(join(t.testdir({}), 'm'))
  const seen = await messages(startWorker('describe', { model: file(path) }))
  t.match(seen, [{ progress: { stage: 'hash tensors' } }, { result: { sizeBytes: Number } }])
})

t.test('the worker sends one error, and ends', async t => {
  const path = join(t.testdir({}), 'none')
  const seen = await messages(startWorker('describe', { model: file(path) }))
  t.match(seen, [{ error: { code: 'FILE_NOT_FOUND', details: { path } }, stack: String }])
})

t.test(
  'the worker ends early when it is told to, and sends progress now and then only',
  async t => {
    const bytes = 2 ** 30
    const header = `{"w":{"dtype":"F32","shape":[${bytes / 4}],"data_offsets":[0,${bytes}]}}`
    const path = writeHeader(join(t.testdir({}), 'large'), header.padEnd(72))
    await truncate(path, 80 + bytes)
    const worker = startWorker('describe', { model: file(path) })
    const seen = await messages(worker, () => worker.postMessage('abort'))
    t.match(seen.at(-1), { error: { code: 'ABORTED' } })
    t.ok(seen.length < 20, `${seen.length} messages`)
  }
)
