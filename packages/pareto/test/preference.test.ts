import fc from 'fast-check'
import { test } from 'tap'
import { parsePreference } from '../src/preference.ts'

const REWARDS = ['risky', 'cautious']

test('parsePreference() reads importances by name, in any order', async t => {
  t.same(
    [...parsePreference('cautious=0.75, risky = .25', REWARDS)],
    [
      ['risky', 0.25],
      ['cautious', 0.75]
    ]
  )
})

test('parsePreference() keeps the proportions and makes the sum 1', async t => {
  t.same(
    [...parsePreference('risky=3,cautious=1', REWARDS)],
    [
      ['risky', 0.75],
      ['cautious', 0.25]
    ]
  )
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (a, b) => {
      fc.pre(a + b > 0)
      const values = [...parsePreference(`risky=${a},cautious=${b}`, REWARDS).values()]
      return Math.abs(values[0]! + values[1]! - 1) < 1e-12
    })
  )
})

test('parsePreference() gives 0 to a reward that is not named', async t => {
  t.same(
    [...parsePreference('cautious=2e1', REWARDS)],
    [
      ['risky', 0],
      ['cautious', 1]
    ]
  )
})

test('parsePreference() takes names that hold an equals sign or look like a prototype', async t => {
  t.same(
    [...parsePreference('a=b=1,__proto__=1', ['a=b', '__proto__'])],
    [
      ['a=b', 0.5],
      ['__proto__', 0.5]
    ]
  )
})

for (const [text, message] of [
  ['', /is not NAME=NUMBER, such as risky=0.5/],
  ['risky', /is not NAME=NUMBER/],
  ['speed=1', /names 'speed', but the rewards are risky, cautious/],
  ['risky=0.5,risky=0.5', /'risky' twice/],
  ['risky=-1', /at least 0, got '-1'/],
  ['risky=', /at least 0, got ''/],
  ['risky=0x10', /got '0x10'/],
  ['risky=NaN', /got 'NaN'/],
  ['risky=Infinity', /got 'Infinity'/],
  ['risky=1e999', /got '1e999'/],
  ['risky=1e308,cautious=1e308', /finite sum/],
  ['risky=0,cautious=0', /above 0/],
  ['x'.repeat(5000), /5000 characters, at most 4096/]
] as const) {
  test(`parsePreference() refuses '${text.slice(0, 30)}'`, async t => {
    t.throws(() => parsePreference(text, REWARDS), { code: 'PREFERENCE_INVALID', message })
  })
}
