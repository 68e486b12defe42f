import fc from 'fast-check'
import t from 'tap'
import { patternCompiler } from '../../../src/model/adapter/pattern.ts'

const compile = (text: string) => patternCompiler()(text, problem => new Error(problem))

t.test('every expression of the subset matches what JavaScript matches', async t => {
  const atom = fc.constantFrom(
    'a',
    'b',
    '.',
    '\\.',
    '\\d',
    '\\w',
    '[ab]',
    '[^a]',
    '[a-c0]',
    '1',
    '^',
    '$',
    '\\b',
    '\\B'
  )
  const { pattern } = fc.letrec<{ pattern: string; part: string }>(tie => ({
    part: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      atom,
      fc
        .tuple(
          tie('pattern'),
          fc.constantFrom('*', '+', '?', '*?', '+?', '{2}', '{0,2}', '{1,}', '')
        )
        .map(([inner, times]) => `(?:${inner})${times}`),
      tie('pattern').map(inner => `(${inner})`),
      tie('pattern').map(inner => `(?=${inner})`),
      tie('pattern').map(inner => `(?!${inner})`)
    ),
    pattern: fc.oneof(
      { depthSize: 'small' },
      fc.array(tie('part'), { maxLength: 4 }).map(parts => parts.join('')),
      fc.tuple(tie('part'), tie('part')).map(parts => parts.join('|'))
    )
  }))
  const name = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '.'), maxLength: 8 })
  fc.assert(
    fc.property(pattern, fc.array(name, { minLength: 4, maxLength: 4 }), (text, names) => {
      const matches = compile(text)
      const expected = new RegExp(`^(?:${text})$`, 'u')
      for (const each of names) t.equal(matches(each), expected.test(each), `${text} on ${each}`)
    }),
    { numRuns: 300 }
  )
})

const LAYERS = 'model.layers.11.self_attn.q_proj'

t.test('expressions that tools write are matched', async t => {
  const found = [
    '.*(q_proj|v_proj)$',
    'model\\.layers\\.\\d+\\.self_attn\\.(q|k|v)_proj',
    '(?:.*?(?:language|text).*?(?:self_attn).*?(?:q_proj).*?)|(?:\\bmodel\\.layers\\.[\\d]{1,}\\.(?:self_attn|mlp)\\.(?:(?:q_proj|k_proj)))',
    '^(?!.*visual).*(?:q_proj|k_proj).*'
  ]
  for (const text of found) t.ok(compile(text)(LAYERS), text)
  t.notOk(compile('^(?!.*self).*q_proj.*')(LAYERS))
  t.notOk(compile('q_proj')(LAYERS), 'a part of the name is not enough')
})

t.test(
  'an expression that keeps a backtracking engine busy for ever is matched at once',
  async t => {
    const name = `${'a'.repeat(500)}!`
    for (const text of ['(a*)*b', '(a|a)*b', '(a+)+$b', '(.*)*(.*)*(.*)*x', '((a?){40}){40}b']) {
      t.notOk(compile(text)(name), text)
    }
  }
)

t.test('repetitions that would fill memory or take for ever are refused', async t => {
  for (const text of [
    '(a{999}){999}',
    '((?:){9999}){9999}',
    '(((){99}){99}){99}',
    'a{0,9999}b{9999}'
  ]) {
    t.throws(() => compile(text), { message: /more than 10000 parts/ }, text)
  }
})

t.test('all matching together is bounded', async t => {
  const matches = compile('(?:(?!.*.*.*.*x).)*')
  t.throws(
    () => {
      for (let i = 0; i < 10_000; i++) matches('a'.repeat(512) + i)
    },
    { message: /too many steps/ }
  )
})

/** Names of the greatest length without end, each another. */
const longName = (character: string, i: number) => `${i}`.padStart(512, character)

t.test('no expression makes a step take long: the limit bounds the time', async t => {
  const slow = {
    'a set of many members': [`[${'\\w'.repeat(2000)}.]*`, '.'],
    'looking ahead within a large program': ['(?:(?=b)b|a)*x{0,4500}', 'b'],
    'names that no expression looks into': ['x', 'a']
  } as const
  for (const [what, [text, character]] of Object.entries(slow)) {
    const matches = compile(text)
    const begun = performance.now()
    const matchAll = () => {
      for (let i = 0; i < 1e6; i++) matches(longName(character, i))
    }
    t.throws(matchAll, { message: /too many steps/ }, what)
    t.ok(performance.now() - begun < 20_000, what)
  }
})

t.test('all expressions together are bounded before a name is matched', async t => {
  const compileOne = patternCompiler()
  const compileAll = () => {
    for (let i = 0; i < 1000; i++) compileOne('a{9000}', problem => new Error(problem))
  }
  t.throws(compileAll, { message: /too many steps/ })
})
