import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import type { Ready } from '../src/coordinator.ts'
import { main } from '../src/main.ts'

const LOOPBACK = ['--listen', '/ip4/127.0.0.1/tcp/0']

/** A stream that remembers. */
function sink() {
  const written: string[] = []
  return { write: (text: string) => written.push(text), text: () => written.join('') }
}

/** Runs a command line that ends by itself. */
async function run(folder: string, ...argv: string[]) {
  const [stdout, stderr] = [sink(), sink()]
  const env = { SOUP_REPO: join(folder, 'repo') }
  const code = await main(argv, { stdout, stderr, env, cwd: folder, signal: AbortSignal.abort() })
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

/** Starts a coordinator and waits for what it prints. */
async function start(t: Test, folder: string, ...argv: string[]) {
  const controller = new AbortController()
  const printed = Promise.withResolvers<string>()
  const stderr = sink()
  const env = { SOUP_REPO: join(folder, 'repo') }
  const ended = main(['start', ...LOOPBACK, ...argv], {
    stdout: { write: printed.resolve },
    stderr,
    env,
    cwd: folder,
    signal: controller.signal
  })
  const stop = (): Promise<number> => {
    controller.abort()
    return ended
  }
  t.teardown(stop)
  void ended.then(code => printed.reject(new Error(`it ended with ${code}: ${stderr.text()}`)))
  return { stdout: await printed.promise, stop }
}

t.test('help goes to stdout and ends with 0', async t => {
  const folder = t.testdir({})
  const help = await run(folder, '--help')
  t.match(help, { code: 0, stdout: /start/, stderr: '' })
  t.same(await run(folder), help, 'a bare call helps')
  t.match(await run(folder, '--version'), { code: 0, stdout: /^\d+\.\d+\.\d+\n$/, stderr: '' })
  t.match(await run(folder, 'start', '--help'), {
    code: 0,
    stdout: /--mirror[\s\S]*\$ soup-coordinator start/
  })
})

t.test('a wrong command line ends with 2 and makes nothing', async t => {
  const folder = t.testdir({})
  const cases: [string[], RegExp][] = [
    [['nonsense'], /nonsense.*see soup-coordinator --help/],
    [['strat'], /strat.*Did you mean start/],
    [['start', '--nonsense'], /--nonsense/],
    [['start', 'excess'], /too many arguments/],
    [['start', '--listen', '--quiet'], /--quiet.*multiaddr/],
    [['start', '--bootstrap', 'coordinator'], /coordinator.*multiaddr/],
    [['start', '--mirror', 'bafyshort'], /bafyshort.*whole id/]
  ]
  for (const [argv, message] of cases) {
    const { code, stdout, stderr } = await run(folder, ...argv)
    t.same([code, stdout], [2, ''], argv.join(' '))
    t.match(stderr, /^soup-coordinator: [^\n]+\n$/)
    t.match(stderr, message)
    const json = await run(folder, ...argv, '--json')
    t.match(JSON.parse(json.stderr), { error: { code: 'USAGE', message } })
  }
  t.same(await readdir(folder), [])
})

t.test('an address that no transport knows is refused with 2', async t => {
  const folder = t.testdir({})
  const { code, stderr } = await run(folder, 'start', '--listen', '/nonsense/x')
  t.equal(code, 2)
  t.match(stderr, /^soup-coordinator: "\/nonsense\/x" is not an address[^\n]*\n$/)
})

t.test('a folder that cannot be made is named, with the way out', async t => {
  const folder = t.testdir({ file: '' })
  for (const repo of [join(folder, 'file'), join(folder, 'file', 'below'), '/proc/x']) {
    const { code, stderr } = await run(folder, 'start', '--repo', repo, '--json')
    t.equal(code, 1)
    t.match(JSON.parse(stderr), {
      error: { code: 'OUT_FAILED', message: `${repo}: `, details: { repo } }
    })
    t.match(stderr, '--repo DIR')
  }
})

t.test('start prints one JSON document when peers can reach it, and ends with 0', async t => {
  const folder = t.testdir({})
  const { stdout, stop } = await start(t, folder, '--json')
  const ready = JSON.parse(stdout) as Ready
  t.match(ready, { peerId: /^12D3KooW/, pid: process.pid })
  t.match(ready.addresses, [`/p2p/${ready.peerId}`])
  t.equal(await stop(), 0)
  t.same((await readdir(join(folder, 'repo'))).sort(), ['identity.key', 'store'])
})

t.test('start prints an address a line for a person, and takes its folder from --repo', async t => {
  const folder = t.testdir({})
  const { stdout } = await start(t, folder, '--repo', 'elsewhere')
  t.match(stdout, /^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/12D3KooW\w+\n$/)
  t.same(await readdir(folder), ['elsewhere'])
})

t.test('a second start on the same folder is refused with the reason', async t => {
  const folder = t.testdir({})
  await start(t, folder)
  const { code, stdout, stderr } = await run(folder, 'start', ...LOOPBACK, '--json')
  t.same([code, stdout], [1, ''])
  t.match(JSON.parse(stderr), { error: { code: 'STORE_LOCKED', message: join(folder, 'repo') } })
})

t.test('a port in use is named', async t => {
  const folder = t.testdir({})
  const { addresses } = JSON.parse((await start(t, folder, '--json')).stdout) as Ready
  const taken = addresses[0]!.split('/p2p/')[0]!
  const { code, stderr } = await run(folder, 'start', '--repo', 'other', '--listen', taken)
  t.equal(code, 1)
  t.match(stderr, taken.split('/').at(-1))
})

t.test('the program runs as a process of its own until it gets a signal', async t => {
  const folder = t.testdir({})
  const program = new URL('../bin/soup-coordinator.js', import.meta.url).pathname
  const child = spawn(process.execPath, [program, 'start', '--json', ...LOOPBACK], {
    env: { ...process.env, SOUP_REPO: folder },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  t.teardown(() => child.kill('SIGKILL'))
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  t.match(JSON.parse(line), { pid: child.pid })
  child.kill('SIGTERM')
  const [code] = (await once(child, 'exit')) as [number]
  t.equal(code, 0)
})

t.test('without a folder of its own it does not start', async t => {
  const folder = t.testdir({})
  const start = async (cwd: string | undefined, ...argv: string[]) => {
    const stderr = sink()
    const io = { stdout: sink(), stderr, env: {}, cwd, signal: AbortSignal.abort() }
    return { code: await main(['start', ...argv, ...LOOPBACK], io), stderr: stderr.text() }
  }
  t.match(await start(folder, '--repo', ''), { code: 2, stderr: /--repo DIR/ })
  t.match(await start(undefined, '--repo', 'r'), { code: 2, stderr: /is gone/ })
  t.same(await readdir(folder), [])
  t.match(await start(undefined, '--repo', join(folder, 'r')), { code: 0 })
})

t.test('it goes on when nobody reads what it says, and ends in order', async t => {
  const program = new URL('../bin/soup-coordinator.js', import.meta.url).pathname
  // It cannot be reached, which is logged after the address was printed.
  const silent = '/ip4/127.0.0.1/tcp/1/p2p/12D3KooWEn5Gc7xJmvCX6B7CW9qyj396iqeJjJW7pmwAr9HU2obh'
  const argv = [program, 'start', ...LOOPBACK, '--bootstrap', silent]
  const child = spawn(process.execPath, argv, {
    env: { ...process.env, SOUP_REPO: t.testdir({}) },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  t.teardown(() => child.kill('SIGKILL'))
  child.stdout.destroy()
  t.match(await once(createInterface({ input: child.stderr }), 'line'), [/cannot be reached/])
  child.kill('SIGTERM')
  t.same(await once(child, 'exit'), [0, null])
})
