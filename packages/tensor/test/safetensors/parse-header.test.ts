import fc from 'fast-check'
import t from 'tap'
import { MAX_METADATA_ENTRIES, MAX_NAME_BYTES, MAX_RANK } from '../../src/limits.ts'
import { parseHeader } from '../../src/safetensors/parse-header.ts'

const ENTRY = '{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}'

t.test('parseHeader() reads what the format allows', async t => {
  const { metadata, entries } = parseHeader(
    'f',
    '{ "__metadata__" : {"a":"\\u0062","__proto__":"c"},\n"x":{"data_offsets":[0, 16],"shape":[],"dtype":"I32"}, "__proto__":' +
      ENTRY +
      '}  '
  )
  t.strictSame(
    [...metadata],
    [
      ['a', 'b'],
      ['__proto__', 'c']
    ]
  )
  t.strictSame(entries, [
    { name: 'x', dtype: 'I32', shape: [], offsets: [0, 16] },
    { name: '__proto__', dtype: 'I32', shape: [2, 2], offsets: [0, 16] }
  ])
})

t.test('parseHeader() agrees with JSON.parse on every header that has the right form', async t => {
  const entry = fc.record({
    dtype: fc.string(),
    shape: fc.array(fc.maxSafeNat(), { maxLength: MAX_RANK }),
    data_offsets: fc.tuple(fc.maxSafeNat(), fc.maxSafeNat())
  })
  const name = fc
    .string({ unit: 'grapheme' })
    .filter(text => !/\p{Cc}/u.test(text) && text !== '__metadata__')
  fc.assert(
    fc.property(
      fc.dictionary(name, entry),
      fc.dictionary(fc.string(), fc.string()),
      (tensors, metadata) => {
        const parsed = parseHeader(
          'f',
          JSON.stringify({ __metadata__: metadata, ...tensors }, null, 1)
        )
        t.strictSame([...parsed.metadata], Object.entries(metadata))
        t.strictSame(
          parsed.entries,
          Object.entries(tensors).map(([name, { dtype, shape, data_offsets }]) => ({
            name,
            dtype,
            shape,
            offsets: data_offsets
          }))
        )
      }
    ),
    { numRuns: 50 }
  )
})

t.test('parseHeader() throws SAFETENSORS_INVALID for any other text', async t => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string().map(text => `{${text}`)
      ),
      text => {
        if (text.trim() === '{}') return
        t.throws(() => parseHeader('f', text), { code: 'SAFETENSORS_INVALID' }, text)
      }
    ),
    { numRuns: 200 }
  )
})

const MALFORMED: Record<string, [header: string, message: RegExp]> = {
  nothing: ['', /start with \{/],
  'an array': ['[]', /start with \{/],
  'leading space': [' {}', /start with \{/],
  'an unfinished object': ['{', /expected a string/],
  'an unfinished string': ['{"x', /doesn't end/],
  'a string that ends in its escape': ['{"x\\', /doesn't end/],
  'a tensor listed twice': [`{"x":${ENTRY},"x":${ENTRY}}`, /"x": it is listed twice/],
  'a tensor listed twice, once escaped': [`{"x":${ENTRY},"\\u0078":${ENTRY}}`, /listed twice/],
  'metadata twice': ['{"__metadata__":{},"__metadata__":{}}', /listed twice/],
  'a metadata key twice': ['{"__metadata__":{"a":"1","a":"2"}}', /"a" of __metadata__ comes twice/],
  'a field twice': [
    '{"x":{"dtype":"I32","dtype":"F32","shape":[],"data_offsets":[0,4]}}',
    /"dtype" is unknown or comes twice/
  ],
  'an unknown field': [
    '{"x":{"dtype":"I8","shape":[],"data_offsets":[0,1],"pickle":"x"}}',
    /"pickle" is unknown/
  ],
  'a missing field': ['{"x":{"dtype":"I8","shape":[]}}', /needs dtype, shape and two/],
  'one offset': [
    '{"x":{"dtype":"I8","shape":[],"data_offsets":[0]}}',
    /needs dtype, shape and two/
  ],
  'three offsets': [
    '{"x":{"dtype":"I8","shape":[],"data_offsets":[0,1,2]}}',
    /more than 2 numbers/
  ],
  'a number in metadata': ['{"__metadata__":{"a":1}}', /expected a string/],
  'an object in metadata': ['{"__metadata__":{"a":{}}}', /expected a string/],
  'a negative dimension': [
    '{"x":{"dtype":"I8","shape":[-1],"data_offsets":[0,1]}}',
    /whole number/
  ],
  'a fraction': ['{"x":{"dtype":"I8","shape":[1.0],"data_offsets":[0,1]}}', /whole number/],
  'an exponent': ['{"x":{"dtype":"I8","shape":[1e3],"data_offsets":[0,1]}}', /whole number/],
  'a leading zero': ['{"x":{"dtype":"I8","shape":[01],"data_offsets":[0,1]}}', /whole number/],
  'a number of 2^53': [
    '{"x":{"dtype":"I8","shape":[9007199254740992],"data_offsets":[0,1]}}',
    /whole number/
  ],
  'a number of 20 digits': [
    '{"x":{"dtype":"I8","shape":[18446744073709551614],"data_offsets":[0,1]}}',
    /whole number/
  ],
  'a nested list': ['{"x":{"dtype":"I8","shape":[[1]],"data_offsets":[0,1]}}', /whole number/],
  'deep nesting': [`{"x":${'{"x":'.repeat(1e5)}`, /unknown or comes twice/],
  'too many dimensions': [
    `{"x":{"dtype":"I8","shape":[${Array(MAX_RANK + 1).fill(1)}],"data_offsets":[0,1]}}`,
    /more than 64 numbers/
  ],
  'a trailing comma': [`{"x":${ENTRY},}`, /expected a string/],
  'text after the header': ['{}x', /only spaces/],
  'a second object': ['{}{}', /only spaces/],
  'zero bytes as padding': ['{}\0\0', /only spaces/],
  'a bad escape': ['{"\\x":{}}', /isn't valid JSON/],
  'a raw newline in a string': ['{"a\nb":{}}', /isn't valid JSON/],
  'half a surrogate pair': ['{"\\ud800":{}}', /isn't valid JSON/],
  'a control character in a name': [`{"\\u001b[2J":${ENTRY}}`, /control character/],
  'a name that is too long': [
    `{"${'x'.repeat(MAX_NAME_BYTES + 1)}":${ENTRY}}`,
    /more than 4096 bytes/
  ]
}

for (const [what, [header, message]] of Object.entries(MALFORMED)) {
  t.test(`parseHeader() refuses ${what}`, async t => {
    t.throws(() => parseHeader('f', header), { code: 'SAFETENSORS_INVALID', message })
  })
}

t.test('parseHeader() refuses more tensors than any model has', async t => {
  const entries = Array.from(
    { length: 200_001 },
    (_, i) => `"${i}":{"dtype":"I8","shape":[0],"data_offsets":[0,0]}`
  )
  t.throws(() => parseHeader('f', `{${entries}}`), { message: /more than 200000 tensors/ })
})

t.test('parseHeader() refuses more metadata than any trainer writes', async t => {
  const header = (count: number): string =>
    `{"__metadata__":{${Array.from({ length: count }, (_, i) => `"${i}":""`)}}}`
  t.equal(parseHeader('f', header(MAX_METADATA_ENTRIES)).metadata.size, MAX_METADATA_ENTRIES)
  t.throws(() => parseHeader('f', header(MAX_METADATA_ENTRIES + 1)), {
    code: 'SAFETENSORS_INVALID',
    message: /more than 10000 entries in __metadata__/
  })
})
