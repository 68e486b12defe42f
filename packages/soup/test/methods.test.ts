import { MAX_CHOSEN_RANK } from '@soup/delta'
import t from 'tap'
import {
  isAdapterMethod,
  isMethod,
  METHODS,
  type MethodName,
  methodName,
  methodParameters
} from '../src/methods.ts'

const NAMES = Object.keys(METHODS) as MethodName[]

t.test('every method has a summary, and defaults within their ranges', async t => {
  for (const name of NAMES) {
    const { summary, minExperts, maxExperts, parameters } = METHODS[name]
    t.match(summary, /^\S.*[^.]$/)
    t.ok(minExperts <= maxExperts)
    const defaults: Record<string, number> = {}
    for (const { name, default: value } of parameters) {
      if (value !== undefined) defaults[name] = value
    }
    t.strictSame(methodParameters(name), defaults)
    t.strictSame(methodParameters(name, defaults), defaults)
  }
})

t.test('isMethod() knows their names, and nothing that objects inherit', async t => {
  t.ok(NAMES.every(isMethod))
  t.notOk(isMethod('toString'))
})

t.test('methods that mix adapters are told from the others', async t => {
  t.strictSame(NAMES.filter(isAdapterMethod), ['product', 'factors'])
  t.notOk(isAdapterMethod('toString'))
})

t.test('methodName() refuses what it does not know with what there is', async t => {
  t.equal(methodName('ties'), 'ties')
  const message = /"stew", expected one of linear, .*factors/
  t.throws(() => methodName('stew'), { code: 'SOUP_METHOD', message })
})

t.test('given parameters take the place of defaults', async t => {
  t.strictSame(methodParameters('ties', { density: 0.5 }), { density: 0.5, scale: 1, normalize: 1 })
  t.strictSame(methodParameters('product'), {}, 'what has no default is left out')
  t.strictSame(methodParameters('product', { rank: 4 }), { rank: 4 })
})

t.test(
  'unknown parameters, and values out of range, are refused with what is expected',
  async t => {
    const cases: [MethodName, Record<string, number>, RegExp][] = [
      ['linear', { scale: 1 }, /"scale" isn't a parameter of linear, which has none/],
      ['ties', { toString: 1 }, /which has density, scale, normalize/],
      ['ties', { density: 0 }, /"density" is 0, expected a number from 1e-9 to 1/],
      ['ties', { density: Number.NaN }, /is NaN/],
      ['ties', { normalize: 0.5 }, /expected a whole number from 0 to 1/],
      ['dare-linear', { seed: -1 }, /expected a whole number/],
      ['trimmed-mean', { trim: 0.5 }, /expected a number from 0 to 0.4999/],
      ['fisher', { epsilon: 0 }, /from 1e-30/],
      ['product', { rank: 0 }, /"rank" is 0, expected a whole number from 1 to 1024/],
      ['product', { rank: MAX_CHOSEN_RANK + 1 }, /from 1 to 1024/],
      ['product', { rank: 1.5 }, /expected a whole number/],
      ['factors', { rank: 1 }, /"rank" isn't a parameter of factors, which has none/]
    ]
    for (const [method, given, message] of cases) {
      t.throws(() => methodParameters(method, given), { code: 'SOUP_PARAMETER', message })
    }
  }
)
