import { test } from 'tap'
import { Tasks } from '../../src/catalogue/tasks.ts'

test('stop() cancels what runs and waits for it', async t => {
  const tasks = new Tasks(() => t.fail('nothing failed by itself'))
  let ended = false
  tasks.run(async signal => {
    await new Promise((_, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason))
    ).finally(() => (ended = true))
  })
  await tasks.stop()
  t.ok(ended)
  t.ok(tasks.signal.aborted)
})

test('an error in the background is reported and ends nothing', async t => {
  const errors: unknown[] = []
  const tasks = new Tasks(error => errors.push(error))
  tasks.run(async () => Promise.reject(new Error('boo')))
  await new Promise(resolve => setImmediate(resolve))
  await tasks.stop()
  t.match(errors, [{ message: 'boo' }])
})

test('a repeated task that takes long is not run twice at once', async t => {
  const tasks = new Tasks(() => {})
  let running = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  let turns = 0
  tasks.every(1, async () => {
    t.equal(++running, 1)
    await new Promise(done => setImmediate(done))
    running -= 1
    if (++turns === 3) resolve()
  })
  const keepAlive = setTimeout(() => {}, 10_000)
  await promise
  clearTimeout(keepAlive)
  await tasks.stop()
})
