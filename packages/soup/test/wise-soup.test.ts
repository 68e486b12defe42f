import fc from 'fast-check'
import t from 'tap'
import { wiseSoup } from '../src/wise-soup.ts'
import { bytes, family, model, values } from './fixtures.ts'

t.test('α = 0 is the base and α = 1 the expert, bit for bit', async t => {
  await fc.assert(
    fc.asyncProperty(family(2), async ([base, expert]) => {
      const at = (lambda: number) =>
        bytes(wiseSoup({ base: base!, ingredient: { name: 'e', checkpoint: expert!, lambda } }))
      t.equal(await at(0), await bytes(base!))
      t.equal(await at(1), await bytes(expert!))
    })
  )
})

t.test('α between is that part of the way', async t => {
  const ingredient = { name: 'e', checkpoint: model('e', [3, -1]), lambda: 0.25 }
  t.strictSame(await values(wiseSoup({ base: model('base', [1, 1]), ingredient })), [1.5, 0.5])
})
