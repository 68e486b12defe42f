import fc from 'fast-check'
import t from 'tap'
import { patternCompiler } from '../../../src/model/adapter/pattern.ts'
import { scalingOf } from '../../../src/model/adapter/scalings.ts'
import { parse } from './fixtures.ts'

const of = (fields: Record<string, unknown>) => scalingOf(parse(fields), patternCompiler())
const Q = 'model.layers.1.self_attn.q_proj'

t.test('s is α/r, rank-stabilised α/√r', async t => {
  t.strictSame(of({})(Q), { rank: 4, alpha: 16, scaling: 4 })
  t.strictSame(of({ use_rslora: true })(Q), { rank: 4, alpha: 16, scaling: 8 })
})

t.test('the first pattern that matches what follows a dot counts, as in PEFT', async t => {
  const patterns = {
    k_proj: 1,
    proj: 2,
    '^self_attn.q_proj': 3,
    'layers\\.(1|2)\\.self_attn\\.q_proj': 5,
    'self_attn.q_proj': 6,
    q_proj: 7
  }
  t.equal(of({ rank_pattern: patterns })(Q).rank, 5)
  t.equal(of({ rank_pattern: { 'q_pro.': 7, ...patterns } })(Q).rank, 7)
  t.equal(of({ rank_pattern: { '^model.layers.1.self_attn.q_proj': 3 } })(Q).rank, 3)
  t.equal(of({ rank_pattern: { 'self.attn.q.proj': 3 } })(Q).rank, 3, 'a dot is any character')
  t.equal(of({ rank_pattern: { 'x.q_proj': 3 } })(Q).rank, 4)
  t.strictSame(of({ alpha_pattern: { q_proj: 1 }, rank_pattern: { q_proj: 2 } })(Q), {
    ...{ rank: 2, alpha: 1, scaling: 0.5 }
  })
})

t.test('a plain name is compared as the expression that it is', async t => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(text, text, (name, pattern) => {
      const isMatch = new RegExp(`^(.*\\.)?(${pattern})$`).test(name)
      t.equal(
        of({ rank_pattern: { [pattern]: 7 } })(name).rank,
        isMatch ? 7 : 4,
        `${pattern} ${name}`
      )
    }),
    { numRuns: 200 }
  )
})

t.test('an expression that is not matched safely is refused', async t => {
  t.throws(() => of({ alpha_pattern: { '(?<a>x)': 1 } }), {
    ...{ code: 'ADAPTER_UNSUPPORTED', message: /alpha_pattern "\(\?<a>x\)": it has the group/ }
  })
})
