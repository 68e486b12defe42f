import { writer } from 'protons-runtime'
import t from 'tap'
import { readExternalData, writeExternalData } from '../src/external-data.ts'
import { fieldsOf } from '../src/field.ts'
import { field, integer } from './fixtures.ts'

const entry = (key: string, value: string) => Buffer.concat([field(1, key), field(2, value)])
const read = (entries: Record<string, string>) =>
  readExternalData(
    Object.entries(entries).map(([key, value]) => entry(key, value)),
    'x'
  )
const malformed = (message: RegExp) => ({ code: 'ONNX_MALFORMED', message })

t.test('readExternalData() reads a place; offset and length may be missing', async t => {
  const all = { location: 'a/b.data', offset: '4096', length: '12', checksum: 'of it all' }
  t.same(read(all), { location: 'a/b.data', offset: 4096, length: 12 })
  t.same(read({ location: './w' }), { location: './w', offset: 0, length: undefined })
})

t.test('readExternalData() reads what writeExternalData() writes', async t => {
  const place = { location: 'é.data', offset: 0, length: 2 ** 40 }
  const w = writer()
  writeExternalData(w, place)
  const bytes = w.finish()
  const fields = [...fieldsOf(bytes, 'x')]
  t.ok(fields.every(({ id }) => id === 13))
  t.same(
    readExternalData(
      fields.map(({ from, to }) => bytes.subarray(from, to)),
      'x'
    ),
    place
  )
})

t.test('readExternalData() refuses every way out of the folder', async t => {
  const locations = ['', '.', '..', '../w', 'a/../../w', 'a/..', '/etc/passwd', '//host/w', 'a//b']
  locations.push('a/', 'a\\w', '..\\w', 'C:w', 'C:/w', 'a\0', 'a\nb', '\u007f', '\u0085')
  for (const location of locations.filter(name => name !== '.')) {
    t.throws(
      () => read({ location }),
      malformed(/x: external data: .* is no path inside/),
      location
    )
  }
  t.throws(() => read({ offset: '0' }), malformed(/"" is no path/))
})

t.test('readExternalData() refuses what is no number of bytes', async t => {
  for (const number of ['', '-1', '1.5', '1e3', ' 1', '0x10', '9007199254740992', '1'.repeat(40)]) {
    t.throws(() => read({ location: 'w', offset: number }), malformed(/is no number of bytes/))
    t.throws(() => read({ location: 'w', length: number }), malformed(/is no number of bytes/))
  }
})

t.test(
  'readExternalData() refuses pairs that are none, come twice or say something else',
  async t => {
    t.throws(() => readExternalData([entry('location', 'a'), entry('location', 'b')], 'x'), {
      ...malformed(/location comes twice/)
    })
    const odd = [
      Buffer.concat([field(1, 'location'), field(1, 'offset')]),
      field(3, 'x'),
      integer(1, 1)
    ]
    for (const bytes of odd) {
      t.throws(() => readExternalData([bytes], 'x'), malformed(/not one key and one value/))
    }
    const unknown = { code: 'ONNX_UNSUPPORTED', message: /external data with "compression"/ }
    t.throws(() => read({ location: 'w', compression: 'zstd' }), unknown)
  }
)
