import { MAX_GLOB_BYTES, MAX_TENSOR_LAMBDAS } from '@soup/interface'
import t from 'tap'
import { MAX_GLOB_STEPS } from '../src/limits.ts'
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
  const glob = 'é'.repeat(MAX_GLOB_BYTES / 2 + 1)
  t.throws(() => tensorLambdas([{ glob, lambda: [1] }], NAMES, 1, {}), {
    code: 'SOUP_GLOB',
    message: /has 1026 bytes, at most 1024 are taken/
  })
})

t.test('so are their characters times those of all names, before any is tried', async t => {
  const names = Array.from({ length: 2 ** 11 }, (_, i) => `${i}`.padStart(2 ** 10, 'a'))
  const most = MAX_GLOB_STEPS / 2 ** 21
  const rules = (characters: number) =>
    ['*', ...Array(characters / 2 ** 8).fill(`x${'a'.repeat(2 ** 8 - 1)}`)].map(glob => {
      return { glob, lambda: [1] }
    })
  t.throws(() => tensorLambdas(rules(most), names, 1, {}), {
    code: 'SOUP_GLOB',
    message: `the 9 patterns have ${most + 1} characters, and over the names of 2048 float tensors, which have ${2 ** 21}, ${most} are taken`
  })
  const fewer = rules(most - 2 ** 8)
  t.throws(() => tensorLambdas(fewer, names, 1, {}), { message: /decides about no float tensor/ })
})
