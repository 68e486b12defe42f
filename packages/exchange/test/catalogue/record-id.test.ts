import { signedBase } from '@soup/testing'
import { test } from 'tap'
import { digestOf, recordIdOf } from '../../src/catalogue/record-id.ts'

test('a record id and its digest name each other', async t => {
  const { id } = await signedBase('x')
  const digest = digestOf(id)
  t.equal(digest?.length, 32)
  t.equal(digest && recordIdOf(digest), id)
})

test('text that is no record id has no digest', async t => {
  // A raw leaf's CID, CID version 0, an identity hash, no CID at all.
  for (const text of [
    'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku',
    'QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n',
    'bafyqacdimvwgy3zb',
    '../etc/passwd',
    ''
  ]) {
    t.equal(digestOf(text), undefined, text)
  }
})
