import t from 'tap'
import { memoryKeyValue, startingWith } from '../src/key-value.ts'
import { levelKeyValue } from '../src/level-key-value.ts'

const value = new Uint8Array([1])

t.test('both ordered maps visit a range in the order of UTF-8 bytes', async t => {
  const level = levelKeyValue(t.testdir(), t.testdirName)
  await level.open()
  t.teardown(() => level.close())
  for (const db of [memoryKeyValue(), level]) {
    await db.write(['b', 'a!\u{1f35c}', 'a!\uffee', 'a!', 'a', 'a"'].map(key => [key, value]))
    await db.write([['a"', undefined]])
    const keys = async (range: Parameters<typeof db.entries>[0]) =>
      (await Array.fromAsync(db.entries(range))).map(([key]) => key)
    t.same(await keys(startingWith('a!')), ['a!', 'a!\uffee', 'a!\u{1f35c}'])
    t.same(await keys({ ...startingWith('a'), limit: 2 }), ['a', 'a!'])
    t.equal(await db.get('a"'), undefined)
    t.same([...((await db.get('b')) ?? [])], [1])
  }
})

t.test('memoryKeyValue() keeps copies', async t => {
  const db = memoryKeyValue()
  const bytes = new Uint8Array([1, 2])
  await db.write([['a', bytes]])
  bytes.fill(0)
  ;(await db.get('a'))?.fill(0)
  t.same(await db.get('a'), new Uint8Array([1, 2]))
})
