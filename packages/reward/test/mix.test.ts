import { checkMix, parseMix, type Reward, scalarize } from '@soup/reward'
import fc from 'fast-check'
import t from 'tap'

const rewards: Reward[] = ['risky', 'cautious'].map(name => ({
  name,
  description: name,
  unit: 'm'
}))

t.test('parseMix() reads one reward by its name alone', async t => {
  t.same(parseMix('risky', rewards), { risky: 1 })
})

t.test('parseMix() reads coefficients in any order, with blanks', async t => {
  t.same(parseMix(' cautious = 0.25, risky=.75 ', rewards), { cautious: 0.25, risky: 0.75 })
  t.same(parseMix('risky=1e0,cautious=0', rewards), { risky: 1, cautious: 0 })
})

t.test('parseMix() refuses what is not a mix', async t => {
  const bad = ['', ',', '=', '=1', 'risky=', 'risky=x', 'risky=-1', 'risky=NaN', 'risky=Infinity']
  bad.push('risky=0.5', 'risky=0.5,cautious', 'risky=1=1', 'risky=0.5,risky=0.5', 'risky=0x1', ' ')
  bad.push('risky=1e999', 'risky=0.5,cautious=0.6', 'risky=1,', `risky=1${' '.repeat(5000)}`)
  for (const text of bad) t.throws(() => parseMix(text, rewards), { code: 'MIX_INVALID' }, text)
})

t.test('parseMix() names a reward that does not exist and those that do', async t => {
  t.throws(() => parseMix('speed', rewards), { code: 'REWARD_UNKNOWN', message: /risky, cautious/ })
  t.throws(() => parseMix('__proto__=1', rewards), { code: 'REWARD_UNKNOWN' })
  t.throws(() => parseMix('toString', rewards), { code: 'REWARD_UNKNOWN' })
})

t.test('checkMix() refuses a program that passes other than a simplex', async t => {
  t.throws(() => checkMix({ risky: Number.NaN }, rewards), { code: 'MIX_INVALID' })
  t.throws(() => checkMix({ risky: 2, cautious: -1 }, rewards), { code: 'MIX_INVALID' })
  t.throws(() => checkMix({}, rewards), { code: 'MIX_INVALID' })
})

t.test('scalarize() is linear in the rewards, and one-hot gives that reward', async t => {
  const value = fc.integer({ min: -1000, max: 1000 })
  fc.assert(
    fc.property(value, value, (risky, cautious) => {
      t.equal(scalarize({ risky: 1 }, { risky, cautious }), risky)
      const half = scalarize({ risky: 0.5, cautious: 0.5 }, { risky, cautious })
      t.equal(half, (risky + cautious) / 2)
    })
  )
})
