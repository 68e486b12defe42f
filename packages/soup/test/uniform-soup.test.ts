import fc from 'fast-check'
import t from 'tap'
import { linearSoup } from '../src/linear-soup.ts'
import { uniformSoup } from '../src/uniform-soup.ts'
import { bytes, experts, family, model, unread, values } from './fixtures.ts'

t.test('the uniform soup of k experts is the linear one of 1/k, bit for bit', async t => {
  await fc.assert(
    fc.asyncProperty(family(4), async ([base, ...list]) => {
      const ingredients = experts(list, [1 / 3, 1 / 3, 1 / 3])
      const uniform = uniformSoup({ base: base!, ingredients: experts(list) })
      t.equal(await bytes(uniform), await bytes(linearSoup({ base: base!, ingredients })))
    }),
    { numRuns: 30 }
  )
})

t.test('it is the mean, and the base is not read', async t => {
  const list = [1, 2, 6].map(value => model('e', [value]))
  const soup = uniformSoup({ base: unread(model('base', [0])), ingredients: experts(list) })
  t.strictSame(await values(soup), [3])
})
