import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeTicket } from '@soup/manifest'
import t, { type Test } from 'tap'
import { callApi } from '../src/api/client.ts'
import { type Ready, runDaemon } from '../src/daemon.ts'
import { defaultConfig } from '../src/repo/config.ts'
import { findDaemon, initRepo, type RepoPaths, repoPaths } from '../src/repo/repo.ts'
import { writePolicy } from './fixtures.ts'
import { kitchen, repo, startDaemon } from './run-cli.ts'

const config = { ...defaultConfig(), listen: ['/ip4/127.0.0.1/tcp/0'] }

/** Runs a daemon until the test ends it. */
async function daemon(t: Test, repo: RepoPaths) {
  const controller = new AbortController()
  const ready = Promise.withResolvers<Ready>()
  const lines: string[] = []
  const ended = runDaemon(repo, config, {
    onReady: ready.resolve,
    log: line => lines.push(line),
    signal: controller.signal
  })
  ended.catch(ready.reject)
  const stop = async (): Promise<void> => {
    controller.abort()
    await ended
  }
  t.teardown(stop)
  return { ready: await ready.promise, stop, lines }
}

const request = (command: string, args: string[] = [], options = {}) =>
  ({ command, args, options, cwd: '/' }) as const

t.test('a daemon answers commands from when it is ready until it is stopped', async t => {
  const repo = await initRepo(t.testdir({}), {})
  const { ready, stop, lines } = await daemon(t, repo)
  const access = await findDaemon(repo)
  t.equal(access?.url, ready.api)
  t.match(await callApi(access!, request('status')), {
    result: { peerId: ready.peerId, running: true, addresses: ready.addresses }
  })
  await stop()
  t.equal(await callApi(access!, request('status')), undefined, 'nobody listens any more')
  t.notOk(existsSync(repo.apiAddress))
  t.same(lines.at(-1), 'Shutting down')
})

t.test('a daemon runs no command that belongs to the caller', async t => {
  const repo = await initRepo(t.testdir({}), {})
  await daemon(t, repo)
  const access = await findDaemon(repo)
  for (const command of ['init', 'start', 'pick', 'nonsense', '__proto__']) {
    await t.rejects(callApi(access!, request(command)), { code: 'USAGE', message: command })
  }
})

t.test('a daemon without a token file does not start', async t => {
  const repo = await initRepo(t.testdir({}), {})
  await rm(repo.apiToken)
  const options = { onReady: () => t.fail('it started'), log: () => undefined }
  await t.rejects(runDaemon(repo, config, options), { code: 'API_TOKEN_MISSING' })
})

t.test('a daemon that cannot say where it is ends, and leaves the repo free', async t => {
  const repo = await initRepo(t.testdir({}), {})
  await mkdir(repo.apiAddress)
  const options = { onReady: () => t.fail('it started'), log: () => undefined }
  const failure = { code: 'FILE_FAILED', message: repo.apiAddress }
  for (let i = 0; i < 2; i += 1) await t.rejects(runDaemon(repo, config, options), failure)
})

t.test('an abort before the start ends the daemon in order', async t => {
  const repo = await initRepo(t.testdir({}), {})
  const signal = AbortSignal.abort()
  await t.resolves(
    runDaemon(repo, config, { onReady: () => undefined, log: () => undefined, signal })
  )
  await (await daemon(t, repo)).stop()
})

t.test('a daemon that is stopped cancels the command under way', async t => {
  const at = await repo(t)
  await writePolicy(join(at.folder, 'policy.safetensors'))
  const running = await startDaemon(t, at)
  const access = await findDaemon(repoPaths(at.repo))
  const progress = Promise.withResolvers<void>()
  const path = join(at.folder, 'policy.safetensors')
  const options = { task: 'locomotion', seeds: '1000', workers: '1' }
  const answer = callApi(access!, request('evaluate', [path], options), {
    onProgress: ({ stage }) => stage === 'run episodes' && progress.resolve()
  })
  answer.catch(progress.reject)
  await progress.promise
  const began = performance.now()
  t.equal(await running.stop(), 0)
  await t.rejects(answer, { code: 'API_CLOSED', message: 'shutting down' })
  t.ok(performance.now() - began < 5_000)
  t.match(await at.json('status'), { running: false })
})

t.test('what a daemon holds is known to a peer that connects later', async t => {
  const folder = t.testdir({})
  const cook = await kitchen(t, join(folder, 'cook'))
  await (await startDaemon(t, cook)).stop()
  const server = await startDaemon(t, cook)
  const guest = await repo(t, join(folder, 'guest'))
  await startDaemon(t, guest, '--bootstrap', server.addresses[0]!)
  const { record } = await cook.json<{ record: string }>('base', 'show', cook.base)
  await guest.json('show', encodeTicket({ record, addresses: server.addresses }))
  const list = await guest.json<{ id: string }[]>('experts', '--base', cook.base)
  t.same(list.map(({ id }) => id).sort(), [cook.one, cook.two].sort())
})
