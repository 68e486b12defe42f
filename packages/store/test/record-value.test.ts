import t from 'tap'
import { decodeRecordValue, encodeRecordValue } from '../src/record-value.ts'

const record = { id: 'a', kind: 'base', base: 'b', envelope: new Uint8Array([1, 10, 2]) }

t.test('a record value reads back as it was written', async t => {
  t.same(decodeRecordValue('a', encodeRecordValue(record)), record)
  const loose = { ...record, base: undefined }
  t.same(decodeRecordValue('a', encodeRecordValue(loose)), loose)
})

t.test('a damaged record value counts as none', async t => {
  for (const text of ['', 'base', 'base\n', '\n\nx', `${'x'.repeat(300)}\n\n`]) {
    t.equal(decodeRecordValue('a', Buffer.from(text)), undefined)
  }
})
