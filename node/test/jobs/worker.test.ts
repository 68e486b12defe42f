import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import type { WorkerMessage } from '../../src/jobs/run-job.ts'
import { writeHeader, writeModel } from '../fixtures.ts'

const file = (path: string) => ({ kind: 'file', path }) as const

function startWorker(name: string, input: unknown): Worker {
  const url = new URL('../../src/jobs/worker.ts', import.meta.url)
  const worker = new Worker(url)
  worker.postMessage({ name, input })
  return worker
}

/** Every message of a worker until it has answered. */
async function messages(
  worker: Worker,
  onMessage: (message: WorkerMessage) => void = () => undefined
): Promise<WorkerMessage[]> {
  const seen: WorkerMessage[] = []
  await new Promise<void>((resolve, reject) => {
    worker.on('message', (message: WorkerMessage) => {
      seen.push(message)
      onMessage(message)
      if (!('progress' in message)) resolve()
    })
    worker.on('error', reject)
  })
  await worker.terminate()
  return seen
}

t.test('the worker sends progress, then one result', async t => {
  const path = await writeModel(join(t.testdir({}), 'm'))
  const seen = await messages(startWorker('describe', { model: file(path) }))
  t.match(seen, [{ progress: { stage: 'hash tensors' } }, { result: { sizeBytes: Number } }])
})

t.test('the worker sends one error', async t => {
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

t.test('a worker takes one job after another, also after one that was ended', async t => {
  const path = await writeModel(join(t.testdir({}), 'm'))
  const worker = startWorker('describe', { model: file(path) })
  t.teardown(() => worker.terminate())
  const answers: string[] = []
  await new Promise<void>(resolve => {
    worker.on('message', (message: WorkerMessage) => {
      if ('progress' in message) return
      answers.push('result' in message ? 'result' : message.error.code)
      if (answers.length === 3) return resolve()
      worker.postMessage('abort') // comes too late for the job that has ended
      const model = answers.length === 1 ? file(`${path}.none`) : file(path)
      worker.postMessage({ name: 'describe', input: { model } })
    })
  })
  t.strictSame(answers, ['result', 'FILE_NOT_FOUND', 'result'])
})
