/**
 * Fails when a source file has no test of the same name: tap itself does not notice. And when a page of the
 * documentation is empty, which nothing else notices either.
 *
 * `packages/x/src/a/b.ts` wants `packages/x/test/a/b.test.ts`. Files without behaviour of their own are
 * exempt: contracts, constants, generated code, entry points that a parent's test starts.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'

const SOURCES = ['packages/*/src/**/*.ts', 'node/src/**/*.ts', 'coordinator/src/**/*.ts']
const EXEMPT = /\/(index|errors|limits|protocol)\.ts$|\/generated\/|^packages\/testing\//

/** @returns whether the file, its types and comments taken away, does anything */
function hasBehaviour(path: string): boolean {
  return /^\s*(export )?(async )?(function|class) |=>|^\s*\w+\(/m.test(
    readFileSync(path, 'utf8')
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/^export (interface|type)[\s\S]*?^}/gm, '')
  )
}

const untested = SOURCES.flatMap(pattern => globSync(pattern))
  .filter(path => !EXEMPT.test(path) && hasBehaviour(path))
  .filter(path => !existsSync(path.replace('/src/', '/test/').replace(/\.ts$/, '.test.ts')))
  .sort()

for (const path of untested) console.error(`${path}: no test mirrors it`)
console.log(`${untested.length} source files without a test`)

const empty = ['docs/**/*.md', '*.md']
  .flatMap(pattern => globSync(pattern))
  .filter(path => readFileSync(path, 'utf8').trim() === '')
  .sort()

for (const path of empty) console.error(`${path}: this page is empty`)
process.exitCode = untested.length + empty.length === 0 ? 0 : 1
