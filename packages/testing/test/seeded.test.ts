import { seededBytes, testKey } from '@soup/testing'
import t from 'tap'

t.test('seededBytes() gives the same bytes for the same seed, for ever', async t => {
  t.equal(Buffer.from(seededBytes(1, 8)).toString('hex'), '71ac648850582d65')
  t.same(seededBytes('a', 100).subarray(0, 10), seededBytes('a', 10))
  t.notSame(seededBytes(1, 100), seededBytes(2, 100))
  t.equal(seededBytes(1, 0).length, 0)
})

t.test('testKey() gives the same identity for the same seed', async t => {
  t.ok((await testKey(1)).equals(await testKey(1)))
  t.notOk((await testKey(1)).equals(await testKey(2)))
})
