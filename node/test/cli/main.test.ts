import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { main } from '../../src/cli/main.ts'
import { publishApiAddress, repoPaths } from '../../src/repo/repo.ts'
import { writeHeader } from '../fixtures.ts'
import { kitchen, place, repo, startDaemon } from '../run-cli.ts'

t.test('help and version go to stdout and end with 0', async t => {
  const at = place(t)
  const version = JSON.parse(
    await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  ).version
  t.same(await at.run('--version'), { code: 0, stdout: `${version}\n`, stderr: '' })
  const help = await at.run('--help')
  t.match(help, { code: 0, stdout: 'checkout', stderr: '' })
  t.same(await at.run(), help, 'a bare call helps')
  t.match(await at.run('publish', '--help'), {
    code: 0,
    stdout: 'Examples:\n  $ soup-node publish'
  })
})

t.test('an error is one sentence on stderr, or one JSON document with --json', async t => {
  const at = place(t)
  const plain = await at.run('status')
  t.match(plain, { code: 3, stdout: '', stderr: /^soup-node: There is no repo at .*init.*\n$/ })
  const { code, stdout, stderr } = await at.run('status', '--json')
  t.same([code, stdout], [3, ''])
  t.same(JSON.parse(stderr), {
    error: {
      code: 'REPO_MISSING',
      message: plain.stderr.slice('soup-node: '.length, -1),
      details: { repo: at.repo }
    }
  })
})

t.test('a wrong command line ends with 2, also as JSON', async t => {
  const at = place(t)
  t.match(await at.run('nonsense'), { code: 2, stdout: '', stderr: /^soup-node: .*nonsense.*\n$/ })
  t.match(await at.fails('nonsense'), { code: 2, error: { code: 'USAGE' } })
  t.match(await at.fails('status', '--nonsense'), { code: 2, error: { message: '--nonsense' } })
})

t.test('the repo is what --repo says, else what SOUP_REPO says', async t => {
  const at = await repo(t)
  t.match(await at.json('status'), { repo: at.repo })
  t.match(await at.fails('status', '--repo', 'other'), {
    error: { details: { repo: join(at.folder, 'other') } }
  })
})

t.test('--verbose adds the stack of a failure, a mistake on the command line has none', async t => {
  const at = place(t)
  t.match((await at.run('status', '--verbose')).stderr, /at readConfig/)
  t.notMatch((await at.run('status')).stderr, /\n./)
  t.notMatch((await at.run('nonsense', '--verbose')).stderr, /\n./)
})

t.test('what a file says cannot steer the terminal', async t => {
  const at = await repo(t)
  const name = 'w\u009b2J\u202e'
  const header = JSON.stringify({ [name]: { dtype: 'F32', shape: [9], data_offsets: [0, 4] } })
  writeHeader(join(at.folder, 'evil.safetensors'), header, 4)
  const { code, stderr } = await at.run('base', 'add', 'evil.safetensors', '--name', 'x')
  t.equal(code, 1)
  t.match(stderr, /^soup-node: .*evil\.safetensors/)
  t.notMatch(stderr, /[\u0080-\u009f\u202e]/)
})

t.test('broken settings are named', async t => {
  const at = await repo(t)
  const { config } = repoPaths(at.repo)
  await writeFile(config, '{')
  for (const command of ['status', 'start']) {
    t.match(await at.fails(command), {
      code: 1,
      error: { code: 'CONFIG_INVALID', message: config }
    })
  }
})

const cook = await kitchen(t)

t.test('a command gives the same answer through the daemon and without', async t => {
  const at = cook
  const commands = [
    ['base', 'list'],
    ['base', 'show', at.base],
    ['experts'],
    ['show', at.one],
    ['evaluate', 'none.safetensors', '--task', 'locomotion'],
    ['soup', `${at.one}=0.5`, '--out', 'never'],
    ['show', 'bafyreibogusbogus', '--quiet']
  ]
  const without = []
  for (const argv of commands) without.push(await at.run(...argv, '--json'))
  const daemon = await startDaemon(t, at)
  for (const [i, argv] of commands.entries()) {
    const answer = await at.run(...argv, '--json')
    const expected = without[i]!
    if (argv.includes('--quiet')) t.match(answer, { code: 3, stderr: /NOT_FOUND.*bogus/ })
    else t.same(answer, expected, argv.join(' '))
  }
  t.equal(await daemon.stop(), 0)
})

t.test('paths are those of the caller, not of the daemon', async t => {
  const at = cook
  await startDaemon(t, at)
  const { out } = await at.json<{ out: string }>('checkout', at.one, '--out', 'sub/one')
  t.equal(out, join(at.folder, 'sub', 'one'))
})

t.test('what a killed daemon left behind does not stand in the way', async t => {
  const at = await repo(t)
  const daemon = await startDaemon(t, at)
  await daemon.stop()
  await publishApiAddress(repoPaths(at.repo), daemon.api)
  t.match(await at.json('status'), { running: false })
})

t.test('an interrupted command ends with 1 and says so', async t => {
  const at = cook
  let stderr = ''
  const code = await main(['publish', 'one.safetensors', '--base', at.base, '--reward', 'r'], {
    stdout: { write: () => t.fail('it printed an answer') },
    stderr: {
      write: (text: string) => {
        stderr = stderr.concat(text)
      }
    },
    env: { SOUP_REPO: at.repo },
    cwd: at.folder,
    signal: AbortSignal.abort()
  })
  t.equal(code, 1)
  t.equal(stderr, 'soup-node: Interrupted\n')
})

t.test('the program runs as a process of its own', async t => {
  const at = await repo(t)
  const program = new URL('../../bin/soup-node.js', import.meta.url).pathname
  const run = (...argv: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>(resolve => {
      const env = { ...process.env, SOUP_REPO: at.repo }
      execFile(process.execPath, [program, ...argv], { env }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), stdout, stderr })
      )
    })
  const status = await run('status', '--json')
  t.match(JSON.parse(status.stdout), { repo: at.repo, running: false })
  t.equal(status.code, 0)
  t.match(await run('show', 'bafyreibogusbogus'), { code: 3, stdout: '', stderr: 'soup-node:' })
})
