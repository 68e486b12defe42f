import { CID } from 'multiformats/cid'
import t from 'tap'
import { dagJson, json } from '../src/json-codec.ts'
import { base } from './fixtures.ts'

t.test('json() passes plain JSON as it is', async t => {
  const value = { a: [1, 'x\ny', true, null], b: { c: -0.5 } }
  t.same(json(100).decode(value, 'j'), value)
  t.same(json(100).encode({}, 'j'), {})
})

t.test(
  'json() refuses what JSON cannot hold, counts what it holds, and goes only so deep',
  async t => {
    let deep: unknown = 1
    for (let i = 0; i < 20; i++) {
      deep = [deep]
    }
    for (const wrong of [
      [],
      'x',
      { a: undefined },
      { a: Number.NaN },
      { a: -0 },
      { a: 1n },
      { a: new Date(0) },
      { a: '\u0000' },
      { 'a\n': 1 },
      { deep }
    ]) {
      t.throws(() => json(100).decode(wrong, 'j'), { name: 'FieldError' })
    }
    t.throws(() => json(3).decode({ a: [1, 2] }, 'j'), {
      name: 'FieldError',
      expected: 'at most 3 values, nested 16 deep'
    })
  }
)

t.test('dagJson() shows links and bytes in the DAG-JSON notation', async t => {
  const link = CID.parse(base.base)
  t.same(dagJson([link, new Uint8Array([255]), { x: null }]), [
    { '/': base.base },
    { '/': { bytes: '/w' } },
    { x: null }
  ])
})
