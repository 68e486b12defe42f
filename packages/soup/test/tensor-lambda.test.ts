import t from 'tap'
import { MAX_GLOB_LENGTH, MAX_TENSOR_LAMBDAS } from '../src/limits.ts'
import { tensorLambdas } from '../src/tensor-lambda.ts'

const NAMES = ['a.x', 'a.y', 'b.x']

t.test('the first rule that matches decides, and what none matches is left out', async t => {
  const rules = [
    { glob: 'a.x', lambda: [1, 0] },
    { glob: '?.x', lambda: [0.5, 0.5] }
  ]
  const found = tensorLambdas(rules, NAMES, 2, {})
  t.strictSame(
    [...found],
    [
      ['a.x', [1, 0]],
      ['b.x', [0.5, 0.5]]
    ]
  )
})

t.test('a rule that decides about nothing is refused, be it for rules before it', async t => {
  const lambda = [1]
  t.throws(() => tensorLambdas([{ glob: 'c.*', lambda }], NAMES, 1, {}), {
    code: 'SOUP_GLOB',
    message: /"c\.\*" decides about no float tensor/
  })
  const rules = ['*', 'a.*'].map(glob => ({ glob, lambda }))
  t.throws(() => tensorLambdas(rules, NAMES, 1, {}), { code: 'SOUP_GLOB' })
})

t.test('each rule has one coefficient an expert, on the simplex unless extrapolated', async t => {
  const rules = (lambda: number[]) => [{ glob: '*', lambda }]
  t.throws(() => tensorLambdas(rules([1]), NAMES, 2, {}), {
    code: 'SOUP_LAMBDA',
    message: /1 coefficients, expected 2/
  })
  t.throws(() => tensorLambdas(rules([2, 0]), NAMES, 2, {}), { code: 'SOUP_LAMBDA' })
  t.equal(tensorLambdas(rules([2, 0]), NAMES, 2, { extrapolate: true }).size, 3)
})

t.test('rules are limited in number and length', async t => {
  const rule = { glob: '*', lambda: [1] }
  t.throws(() => tensorLambdas(Array(MAX_TENSOR_LAMBDAS + 1).fill(rule), NAMES, 1, {}), {
    code: 'SOUP_GLOB',
    message: /one too many/
  })
  const glob = '*'.repeat(MAX_GLOB_LENGTH + 1)
  t.throws(() => tensorLambdas([{ glob, lambda: [1] }], NAMES, 1, {}), {
    code: 'SOUP_GLOB',
    message: /is longer than/
  })
})
