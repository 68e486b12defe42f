import { execFile } from 'node:child_process'
import { readdir, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Progress } from '@soup/interface'
import t, { type Test } from 'tap'
import { describeJob } from '../../src/jobs/describe.ts'
import { runJob } from '../../src/jobs/run-job.ts'
import { writeHeader, writeModel } from '../fixtures.ts'

const file = (path: string) => ({ kind: 'file', path }) as const

/** A model of zeros that takes no room on the disk, but a while to read. */
async function largeModel(t: Test): Promise<{ folder: string; path: string }> {
  const folder = t.testdir({ out: {} })
  const bytes = 2 ** 30
  const header = `{"w":{"dtype":"F32","shape":[${bytes / 4}],"data_offsets":[0,${bytes}]}}`
  const path = writeHeader(join(folder, 'large'), header.padEnd(72))
  await truncate(path, 8 + 72 + bytes)
  return { folder, path }
}

t.test('runJob() gives what the job returns', async t => {
  const model = file(await writeModel(join(t.testdir({}), 'm')))
  t.same(await runJob('describe', { model }), await describeJob({ model }, {}))
})

t.test("an error crosses the thread with the job's code, message, details and stack", async t => {
  const path = join(t.testdir({}), 'none')
  const error = await runJob('describe', { model: file(path) }).catch(error => error)
  t.match(error, { code: 'FILE_NOT_FOUND', message: path, details: { path, errno: 'ENOENT' } })
  t.match(error.stack, 'open-model.ts')
})

t.test('a mistake in a job is INTERNAL, not a dead worker', async t => {
  const model = { kind: 'nonsense' } as never
  await t.rejects(runJob('describe', { model }), { code: 'INTERNAL' })
})

t.test('progress crosses the thread; the first step of a stage comes at once', async t => {
  const model = file(await writeModel(join(t.testdir({}), 'm')))
  const seen: Progress[] = []
  await runJob('describe', { model }, { onProgress: progress => seen.push(progress) })
  t.match(seen, [{ stage: 'hash tensors', unit: 'bytes' }])
})

t.test('an abort ends the job with its own reason and leaves nothing half-written', async t => {
  const { folder, path } = await largeModel(t)
  const controller = new AbortController()
  const reason = new Error('enough')
  const models = [{ model: file(path), folder: join(folder, 'out') }]
  const began = performance.now()
  const job = runJob(
    'write',
    { models },
    {
      signal: controller.signal,
      onProgress: () => controller.abort(reason)
    }
  )
  await t.rejects(job, reason)
  t.ok(performance.now() - began < 5_000, 'it did not take the force of the grace period')
  t.same(await readdir(join(folder, 'out')), [])
})

t.test('jobs one after another share a thread, jobs at once have their own', async t => {
  const model = file(await writeModel(join(t.testdir({}), 'm')))
  const describe = () => runJob('describe', { model })
  await describe()
  let started = 0
  const count = () => void started++
  process.on('worker', count)
  t.teardown(() => process.off('worker', count))
  await describe()
  await describe()
  t.equal(started, 0, 'the thread of the job before')
  const [one, two] = await Promise.all([describe(), describe()])
  t.equal(started, 1, 'the second of two has no thread to take')
  t.same(one, two)
  await Promise.all([describe(), describe()])
  t.equal(started, 1, 'both threads are kept')
})

/** A module of this text, as `--import` takes it. */
function script(text: string): string {
  return `data:text/javascript,${encodeURIComponent(text)}`
}

t.test('a thread that waits for a job does not keep the process alive', async t => {
  const model = file(await writeModel(join(t.testdir({}), 'm')))
  const describe = script(`import { isMainThread } from 'node:worker_threads'
    if (isMainThread) {
      const { runJob } = await import(${JSON.stringify(import.meta.resolve('../../src/jobs/run-job.ts'))})
      await runJob('describe', { model: ${JSON.stringify(model)} })
      console.log(performance.now())
      process.on('exit', () => console.log(performance.now()))
    }`)
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    describe,
    '--eval',
    ''
  ])
  const [done, ended] = stdout.trim().split('\n').map(Number)
  t.ok(ended! - done! < 5_000, `it ended ${ended! - done!} ms later`)
})

t.test('a signal that is aborted already starts no worker', async t => {
  const reason = new Error('enough')
  const model = file(join(t.testdir({}), 'none'))
  await t.rejects(runJob('describe', { model }, { signal: AbortSignal.abort(reason) }), reason)
})

/** Runs a job in a process whose workers do `death` first. @returns how it failed */
async function failing(t: Test, death: string): Promise<unknown> {
  const model = file(await writeModel(join(t.testdir({}), 'm')))
  const kill = script(`import { isMainThread } from 'node:worker_threads'
    if (!isMainThread) ${death}`)
  const describe =
    script(`import { runJob } from ${JSON.stringify(import.meta.resolve('../../src/jobs/run-job.ts'))}
    const error = await runJob('describe', { model: ${JSON.stringify(model)} }).catch(error => error)
    console.log(JSON.stringify({ code: error.code, message: error.message, details: error.details }))`)
  const args = ['--import', kill, '--import', describe, '--eval', '']
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout)
}

t.test('a worker that dies is WORKER_DIED, naming the job', async t => {
  t.match(await failing(t, 'process.exit(7)'), {
    code: 'WORKER_DIED',
    message: /'describe'.*exit code 7/,
    details: { job: 'describe' }
  })
})

t.test('a worker that has no file left to open says so', async t => {
  t.match(await failing(t, "throw new Error('EMFILE: too many open files')"), {
    code: 'WORKER_DIED',
    message: /'describe'.*too many files are open.*ulimit -n/
  })
})
