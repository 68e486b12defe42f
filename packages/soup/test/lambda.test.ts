import fc from 'fast-check'
import t from 'tap'
import { checkLambda, sum, sumsToOne } from '../src/lambda.ts'

t.test('every point of the simplex passes', async t => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 }),
      parts => {
        const total = sum(parts)
        fc.pre(total > 1e-9)
        t.doesNotThrow(() => checkLambda(parts.map(part => part / total)))
      }
    )
  )
})

t.test('thirds written with six digits pass, with four they do not', async t => {
  t.doesNotThrow(() => checkLambda([0.333333, 0.333333, 0.333333]))
  t.throws(() => checkLambda([0.3333, 0.3333, 0.3333]), {
    code: 'SOUP_LAMBDA',
    message: /sum to 0\.999/
  })
})

t.test('what is off the simplex is refused, unless extrapolation is asked for', async t => {
  for (const [lambda, message] of [
    [[0.5, 0.6], /sum to 1\.1, expected 1/],
    [[], /sum to 0/],
    [[1.5, -0.5], /coefficient 1 is 1\.5, expected 0 to 1/],
    [[-0.1, 1.1], /coefficient 1 is -0\.1/]
  ] as const) {
    t.throws(() => checkLambda(lambda), { code: 'SOUP_LAMBDA', message })
    t.doesNotThrow(() => checkLambda(lambda, { extrapolate: true }))
  }
})

t.test('what is not a finite number is always refused', async t => {
  for (const value of [Number.NaN, Infinity, -Infinity, '0.5' as unknown as number]) {
    t.throws(() => checkLambda([0.5, value], { extrapolate: true }), {
      code: 'SOUP_LAMBDA',
      message: new RegExp(`coefficient 2 is ${value}, expected a number`)
    })
  }
})

t.test('sumsToOne() allows for rounding', async t => {
  t.ok(sumsToOne([0.1, 0.2, 0.7]))
  t.notOk(sumsToOne([0.1, 0.2]))
})
