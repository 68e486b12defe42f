import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { exitCodeOf } from '../../src/cli/exit-codes.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

const SOURCES = ['packages/*/src/**/*.ts', 'node/src/**/*.ts', 'coordinator/src/**/*.ts']

/** Upper snake case in quotes that is not a code of ours: codes of libraries and of the system. */
const FOREIGN = /^(E[A-Z]+|LEVEL_.*|ERR_.*|SOUP_REPO)$/

t.test('every exit code in docs/errors.md is the one that soup-node ends with', async t => {
  const page = readFileSync(`${ROOT}/docs/errors.md`, 'utf8')
  for (const [, code, exit] of page.matchAll(/^\| `([A-Z0-9_]+)` *\| (\d) *\|/gm)) {
    t.equal(exitCodeOf({ code: code!, message: '', details: {} }), Number(exit), code!)
  }
})

t.test('docs/errors.md lists exactly the codes that the sources use', async t => {
  t.same([...documentedCodes()].sort(), [...usedCodes()].sort())
})

function documentedCodes(): Set<string> {
  const page = readFileSync(`${ROOT}/docs/errors.md`, 'utf8')
  return new Set([...page.matchAll(/^\| `([A-Z0-9_]+)` *\|/gm)].map(([, code]) => code!))
}

/** Codes stand in quotes where errors are made, or in a union type of codes. */
function usedCodes(): Set<string> {
  const files = SOURCES.flatMap(pattern => globSync(pattern, { cwd: ROOT })).filter(
    file => !/^packages\/testing\/|\/generated\//.test(file)
  )
  const found = new Set<string>()
  for (const file of files) {
    const source = readFileSync(`${ROOT}/${file}`, 'utf8')
    for (const [, code] of source.matchAll(/'([A-Z]+(?:_[A-Z0-9]+)+|USAGE|INTERNAL|ABORTED)'/g)) {
      if (!FOREIGN.test(code!)) found.add(code!)
    }
  }
  return found
}
