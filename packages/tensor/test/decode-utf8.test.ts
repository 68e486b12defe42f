import t from 'tap'
import { decodeUtf8 } from '../src/decode-utf8.ts'

t.test('decodeUtf8() takes every byte as it is, or none', async t => {
  for (const text of ['', 'aé字😀', '\ufeffa']) t.equal(decodeUtf8(Buffer.from(text)), text)
  for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80]]) {
    t.equal(decodeUtf8(Uint8Array.from(bytes)), undefined)
  }
})
