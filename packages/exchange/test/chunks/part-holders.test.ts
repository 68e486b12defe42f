import { test } from 'tap'
import { PartHolders } from '../../src/chunks/part-holders.ts'
import { MAX_VAIN_REVIEWS } from '../../src/limits.ts'

test('who brought something is asked again at once, but only once for that', async t => {
  const holders = new PartHolders()
  t.notOk(holders.has('a') || holders.takeFresh('a'))
  holders.add('a')
  t.ok(holders.has('a'))
  t.strictSame([holders.takeFresh('a'), holders.takeFresh('a')], [true, false])
  holders.add('a')
  t.ok(holders.takeFresh('a'))
  t.notOk(holders.has('b'))
})

test('holders are borne with until so many reviews in a row were in vain', async t => {
  const holders = new PartHolders()
  for (let i = 1; i < MAX_VAIN_REVIEWS; i++) holders.review()
  t.ok(holders.areBorneWith)
  holders.add('a')
  for (let i = 1; i < MAX_VAIN_REVIEWS; i++) holders.review()
  t.ok(holders.areBorneWith, 'a chunk begins the count anew')
  holders.review()
  t.notOk(holders.areBorneWith)
})
