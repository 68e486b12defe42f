import { MAX_CHOSEN_RANK } from '@soup/delta'
import { METHODS } from '@soup/soup'
import t from 'tap'
import { allMethods, methodSettings } from '../../src/library/methods.ts'

t.test('allMethods() lists every operator once, those of adapters last', async t => {
  const names = allMethods().map(({ name }) => name)
  t.same(names, Object.keys(METHODS))
  t.same(names.slice(-2), ['product', 'factors'])
  t.ok(allMethods().every(({ summary }) => summary.length > 10))
})

t.test('methodSettings() gives what was given and the defaults of the rest', async t => {
  t.equal(methodSettings('linear'), undefined)
  t.same(methodSettings('ties', { density: 0.5 }), { density: 0.5, scale: 1, normalize: 1 })
  t.same(methodSettings('product', { rank: 4 }), { rank: 4 })
  t.equal(methodSettings('product'), undefined)
  t.equal(methodSettings('factors'), undefined)
})

t.test('methodSettings() refuses what no method takes', async t => {
  t.throws(() => methodSettings('stew'), {
    code: 'SOUP_METHOD',
    message: /"stew".*linear.*factors/
  })
  t.throws(() => methodSettings('toString'), { code: 'SOUP_METHOD' })
  t.throws(() => methodSettings('ties', { rank: 1 }), { code: 'SOUP_PARAMETER' })
  for (const rank of [0, -1, 1.5, MAX_CHOSEN_RANK + 1]) {
    t.throws(() => methodSettings('product', { rank }), { code: 'SOUP_PARAMETER', message: /rank/ })
  }
  for (const method of ['product', 'factors']) {
    t.throws(() => methodSettings(method, { density: 1 }), { code: 'SOUP_PARAMETER' })
  }
})
