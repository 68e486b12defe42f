import { globSync, readFileSync } from 'node:fs'
import t from 'tap'
import { LIMITS_PAGE, limitsPage } from '../limits.ts'

t.test('docs/limits.md is what the sources say (else: npm run docs:limits)', async t => {
  t.equal(readFileSync(LIMITS_PAGE, 'utf8'), await limitsPage())
})

t.test('the page names every constant of every limits.ts', async t => {
  const page = readFileSync(LIMITS_PAGE, 'utf8')
  const files = globSync('{packages/*,node,coordinator}/src/**/limits.ts')
  const names = files.flatMap(file =>
    [...readFileSync(file, 'utf8').matchAll(/^export const (\w+)/gm)].map(([, name]) => name!)
  )
  t.ok(names.length > 100)
  t.same(
    names.filter(name => !page.includes(`| \`${name}\` |`)),
    []
  )
})
