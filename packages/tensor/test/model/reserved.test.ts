import t from 'tap'
import { requireNoReserved } from '../../src/model/reserved.ts'
import { model } from './folders.ts'

t.test('names that packing needs are refused, others pass', async t => {
  requireNoReserved(model({ a: 1, 'soup.files': 1 }, {}, { kind: 'file' }, { 'soup.codec': 'x' }))
  t.throws(() => requireNoReserved(model({ 'soup.file/': 1 })), { code: 'MODEL_INVALID' })
  for (const key of ['soup.layout', 'soup.files']) {
    const packed = model({ a: 1 }, {}, { kind: 'file' }, { [key]: '' })
    t.throws(() => requireNoReserved(packed), { code: 'MODEL_INVALID', message: RegExp(key) })
  }
})
