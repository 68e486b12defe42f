import { globSync, readFileSync } from 'node:fs'
import t from 'tap'
import { CODES, EXIT, exitCodeOf } from '../../src/cli/exit-codes.ts'

const root = new URL('../../../', import.meta.url).pathname

t.test('exitCodeOf() tells apart what scripts branch on', async t => {
  const cases: [string, number][] = [
    ['USAGE', EXIT.usage],
    ['SOUP_LAMBDA', EXIT.usage],
    ['NOT_FOUND', EXIT.notFound],
    ['REPO_MISSING', EXIT.notFound],
    ['DELTA_SHA256', EXIT.unverified],
    ['EXCHANGE_CORRUPT', EXIT.unverified],
    ['EXCHANGE_NO_PROVIDER', EXIT.network],
    ['STORE_LOCKED', EXIT.failed],
    ['INTERNAL', EXIT.failed],
    ['A_CODE_OF_THE_FUTURE', EXIT.failed]
  ]
  for (const [code, exit] of cases) {
    t.equal(exitCodeOf({ code, message: '', details: {} }), exit, code)
  }
})

t.test('every code with an exit code of its own is thrown somewhere', async t => {
  const sources = globSync('{packages/*,node}/src/**/*.ts', { cwd: root })
    .filter(path => !path.endsWith('exit-codes.ts'))
    .map(path => readFileSync(root + path, 'utf8'))
    .join('\n')
  for (const [, codes] of CODES) {
    for (const code of codes) t.ok(sources.includes(`'${code}'`), code)
  }
})

t.test('no code has two exit codes', async t => {
  const all = CODES.flatMap(([, codes]) => codes)
  t.equal(new Set(all).size, all.length)
})
