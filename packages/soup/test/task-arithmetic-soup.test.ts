import fc from 'fast-check'
import t from 'tap'
import { taskArithmeticSoup } from '../src/task-arithmetic-soup.ts'
import { areNear, experts, model, rows, values } from './fixtures.ts'

const coefficient = fc.double({ min: -2, max: 2, noNaN: true })

t.test('it is θ₀ + s·Σλᵢτᵢ for any λ, and nothing is renormalised', async t => {
  await fc.assert(
    fc.asyncProperty(
      rows(3),
      fc.tuple(coefficient, coefficient),
      coefficient,
      async (list, lambda, scale) => {
        const [base, a, b] = list
        const soup = taskArithmeticSoup({
          base: model('base', base!),
          ingredients: experts([model('a', a!), model('b', b!)], lambda),
          scale
        })
        const expected = base!.map(
          (x, i) => x + scale * (lambda[0] * (a![i]! - x) + lambda[1] * (b![i]! - x))
        )
        t.ok(areNear(await values(soup), expected, 2e-3), 'Σsλᵢ may be off 1 by 1e-5')
      }
    )
  )
})

t.test('a negative λ takes away what the expert learned', async t => {
  const ingredients = experts([model('e', [3])], [-1])
  t.strictSame(
    await values(taskArithmeticSoup({ base: model('b', [1]), ingredients, scale: 1 })),
    [-1]
  )
})

t.test('a λ that is no finite number is refused', async t => {
  const base = model('b', [1])
  const ingredients = experts([base], [Infinity])
  t.throws(() => taskArithmeticSoup({ base, ingredients, scale: 1 }), { code: 'SOUP_LAMBDA' })
})
