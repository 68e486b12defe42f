import { memorySource } from '@soup/testing'
import t from 'tap'

t.test('memorySource() reads copies of ranges within the buffer', async t => {
  const source = memorySource(new Uint8Array([1, 2, 3]), 'three')
  t.same([source.name, source.sizeBytes], ['three', 3])
  ;(await source.read(0, 3)).fill(0)
  t.same(await source.read(1, 2), new Uint8Array([2, 3]))
  t.same(await source.read(3, 0), new Uint8Array())
  await t.rejects(source.read(2, 2), RangeError)
  await t.rejects(source.read(-1, 1), RangeError)
  await source.close()
})
