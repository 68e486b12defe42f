import { writer } from 'protons-runtime'
import t from 'tap'
import { int, message, tag, text } from '../src/write-field.ts'
import { field, integer } from './fixtures.ts'

t.test('fields are written as protobuf has them', async t => {
  const w = writer()
  int(w, [1, 'int'], 300)
  message(w, [20, 'bytes'], () => {
    text(w, [2, 'bytes'], 'é')
    tag(w, [3, 'bytes']).bytes(Uint8Array.of(7))
  })
  const expected = [integer(1, 300), field(20, field(2, 'é'), field(3, Buffer.of(7)))]
  t.same(Buffer.from(w.finish()), Buffer.concat(expected))
})
