import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Upper snake case in quotes that is not a code of ours: codes of libraries and of the system. */
const FOREIGN = /^(E[A-Z]+|LEVEL_.*|ERR_.*|SOUP_REPO)$/

t.test('docs/errors.md lists exactly the codes that the sources use', async t => {
  t.same([...documentedCodes()].sort(), [...usedCodes()].sort())
})

function documentedCodes(): Set<string> {
  const page = readFileSync(`${ROOT}/docs/errors.md`, 'utf8')
  return new Set([...page.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code!))
}

/** Codes stand in quotes where errors are made, or in a union type of codes. */
function usedCodes(): Set<string> {
  const files = globSync(
    ['packages/*/src/**/*.ts', 'node/src/**/*.ts', 'coordinator/src/**/*.ts'],
    {
      cwd: ROOT,
      exclude: ['packages/testing/**', '**/generated/**']
    }
  )
  const found = new Set<string>()
  for (const file of files) {
    const source = readFileSync(`${ROOT}/${file}`, 'utf8')
    for (const [, code] of source.matchAll(/'([A-Z]+(?:_[A-Z]+)+|USAGE|INTERNAL|ABORTED)'/g)) {
      if (!FOREIGN.test(code!)) found.add(code!)
    }
  }
  return found
}
