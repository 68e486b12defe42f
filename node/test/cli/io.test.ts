import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, open, watch } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { defaultRepo, presentFolder } from '../../src/cli/io.ts'
import { place, repo } from '../run-cli.ts'

const PROGRAM = new URL('../../bin/soup-node.js', import.meta.url).pathname

/** Starts the program as a process of its own. */
function program(t: Test, env: NodeJS.ProcessEnv, ...argv: string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...argv], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

t.test('the repo is where SOUP_REPO says, else in the home folder', async t => {
  t.equal(defaultRepo({ SOUP_REPO: '/r' }, '/home/a'), '/r')
  t.equal(defaultRepo({}, '/home/a'), '/home/a/.soup')
  t.equal(defaultRepo({ SOUP_REPO: '' }, '/home/a'), '/home/a/.soup', 'empty is as good as unset')
})

t.test('without a home folder the repo must be named', async t => {
  for (const home of ['', 'relative']) {
    t.throws(() => defaultRepo({}, home), { code: 'USAGE', message: /--repo DIR.*SOUP_REPO/ })
  }
  const child = program(t, { SOUP_REPO: '', HOME: '' }, 'status')
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  t.equal(code, 2)
  t.match(said, /^soup-node: [^\n]*--repo DIR[^\n]*\n$/)
  const help = program(t, { SOUP_REPO: '', HOME: '' }, '--help')
  help.stdout.resume()
  t.same(await once(help, 'exit'), [0, null])
})

t.test('a folder that is gone is told in a sentence', async t => {
  t.equal(presentFolder('/a'), '/a')
  t.throws(() => presentFolder(undefined), { code: 'USAGE', message: /gone/ })
  const gone = join(t.testdir({}), 'gone')
  await mkdir(gone)
  // What the test runner preloads wants the folder as well.
  const script = `unset NODE_OPTIONS; cd "${gone}" && rmdir "${gone}" && "$0" "$@"`
  const child = spawn('sh', ['-c', script, process.execPath, PROGRAM, 'status'], {
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  t.equal(code, 2)
  t.match(said, /^soup-node: [^\n]*gone[^\n]*\n$/)
})

t.test('a reader that goes away changes no exit code', async t => {
  const at = await repo(t)
  const env = { SOUP_REPO: at.repo }
  const cases: [string[], number][] = [
    [['status'], 0],
    [['nonsense'], 2]
  ]
  for (const [argv, code] of cases) {
    const child = program(t, env, ...argv)
    child.stdout.destroy()
    child.stderr.destroy()
    t.same(await once(child, 'exit'), [code, null], argv.join(' '))
  }
})

t.test('a daemon goes on when nobody reads what it says', async t => {
  const at = await repo(t)
  const deaf = program(t, { SOUP_REPO: at.repo }, 'start', '--listen', '/ip4/127.0.0.1/tcp/0')
  deaf.stdout.destroy()
  for await (const { filename } of watch(at.repo)) {
    if (filename === 'api.json') break // it is up, and says so on stdout
  }
  t.match(await at.json('status'), { running: true })
  deaf.kill('SIGTERM')
  t.same(await once(deaf, 'exit'), [0, null])
  t.notOk(existsSync(join(at.repo, 'api.json')), 'it ended in order')
})

t.test('an answer that cannot be written is a failure that says so', async t => {
  const at = await repo(t)
  const unwritable = await open(join(at.repo, 'config.json'), 'r')
  t.teardown(() => unwritable.close())
  for (const argv of [['status'], ['status', '--json']]) {
    const child = spawn(process.execPath, [PROGRAM, ...argv], {
      env: { ...process.env, SOUP_REPO: at.repo },
      stdio: ['ignore', unwritable.fd, 'pipe']
    })
    const [said, [code]] = await Promise.all([text(child.stderr!), once(child, 'exit')])
    t.equal(code, 1)
    t.match(said, argv.includes('--json') ? /^\{"error":\{"code":"OUT_FAILED"/ : /^soup-node: /)
    t.match(said, /EBADF/)
    t.equal(said.split('\n').length, 2, 'one line')
  }
})

t.test('what is not UTF-8 is refused: it would name something else', async t => {
  const at = place(t)
  const failed = await at.fails('init', '--repo', 'caf\ufffd')
  t.match(failed, { code: 2, error: { code: 'USAGE', message: /caf.*UTF-8/ } })
  t.notOk(existsSync(join(at.folder, 'caf\ufffd')))
})

t.test('compiled code is kept in a folder of the user alone, where one can be made', async t => {
  const home = t.testdir({})
  const run = async (env: NodeJS.ProcessEnv) => {
    const child = program(t, { ...env, NODE_COMPILE_CACHE: undefined }, '--version')
    child.stdout.resume()
    t.same(await once(child, 'exit'), [0, null])
  }
  await run({ HOME: home, XDG_CACHE_HOME: 'relative' })
  t.equal(existsSync('relative'), false)
  t.not(readdirSync(join(home, '.cache', 'soup-node')).length, 0)
  await run({ HOME: '', XDG_CACHE_HOME: join(home, 'cache') })
  t.not(readdirSync(join(home, 'cache', 'soup-node')).length, 0)
  for (const folder of ['', '/proc', join(home, 'missing')]) {
    await run({ HOME: folder, XDG_CACHE_HOME: '' })
    t.equal(existsSync(join(folder, '.cache')), false)
  }
})
