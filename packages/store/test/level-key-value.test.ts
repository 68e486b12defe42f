import t from 'tap'
import { levelKeyValue } from '../src/level-key-value.ts'

t.test('levelKeyValue() does not exist on disk before it opens', async t => {
  const db = levelKeyValue(t.testdir(), '/the/store')
  await t.rejects(db.get('a'), { code: 'STORE_CLOSED', message: '/the/store' })
  await t.rejects(db.write([]), { code: 'STORE_CLOSED' })
  await t.resolves(db.close())
})

t.test('levelKeyValue() applies all changes of a write', async t => {
  const db = levelKeyValue(t.testdir(), t.testdirName)
  await db.open()
  t.teardown(() => db.close())
  await db.write([
    ['a', new Uint8Array([1])],
    ['b', new Uint8Array([2])]
  ])
  await db.write([
    ['a', undefined],
    ['b', new Uint8Array([3])],
    ['c', new Uint8Array()]
  ])
  const entries = await Array.fromAsync(db.entries({ gte: 'a', lt: 'z' }))
  t.same(
    entries.map(([key, value]) => [key, [...value]]),
    [
      ['b', [3]],
      ['c', []]
    ]
  )
})
