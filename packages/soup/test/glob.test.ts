import { MAX_GLOB_BYTES } from '@soup/interface'
import fc from 'fast-check'
import t from 'tap'
import { matchesGlob } from '../src/glob.ts'

t.test(
  'a star is any characters, dots too, a question mark one, and the whole name counts',
  async t => {
    const cases: [string, string, boolean][] = [
      ['model.layers.0.mlp.weight', '*.mlp.*', true],
      ['model.layers.0.mlp.weight', 'model.layers.?.mlp.weight', true],
      ['model.layers.10.mlp.weight', 'model.layers.?.mlp.weight', false],
      ['mlp', '*mlp*', true],
      ['mlp', 'ml', false],
      ['mlp', 'lp', false],
      ['', '*', true],
      ['', '', true],
      ['', '?', false],
      ['a[1]+', 'a[1]+', true],
      ['aXbXc', 'a*b*c', true],
      ['abab', '*ab', true],
      ['A', 'a', false]
    ]
    for (const [name, glob, isMatch] of cases) t.equal(matchesGlob(name, glob), isMatch, glob)
  }
)

t.test('it agrees with the regular expression of the same meaning', async t => {
  const text = (letters: string) =>
    fc.array(fc.constantFrom(...letters), { maxLength: 9 }).map(list => list.join(''))
  fc.assert(
    fc.property(text('ab.'), text('ab.*?'), (name, glob) => {
      const pattern = glob.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')
      t.equal(matchesGlob(name, glob), new RegExp(`^${pattern}$`).test(name), `${name} ${glob}`)
    }),
    { numRuns: 1_000 }
  )
})

t.test('a glob of many stars takes no longer than its length times the name', async t => {
  const glob = '*a'.repeat(MAX_GLOB_BYTES / 2)
  t.notOk(matchesGlob(`${'a'.repeat(4096)}b`, glob))
})
