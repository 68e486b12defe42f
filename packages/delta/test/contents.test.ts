import { memoryCheckpoint } from '@soup/tensor'
import t from 'tap'
import { encodeContents, payloadContents } from '../src/contents.ts'

const SHA = 'ab'.repeat(32)
const payload = (metadata: Map<string, string>) =>
  memoryCheckpoint({ name: 'p', metadata, tensors: [] })
const tensor = (name: string) => ({ name, dtype: 'F32', shape: [2, 0], sha256: SHA })

t.test('contents come back as they were, sorted by name', async t => {
  const metadata = new Map([
    ['format', 'pt'],
    ['__proto__', 'x']
  ])
  const encoded = encodeContents({
    tensors: [tensor('b'), tensor('__proto__'), tensor('a')],
    metadata
  })
  t.strictSame(payloadContents(payload(encoded)), {
    tensors: [tensor('__proto__'), tensor('a'), tensor('b')],
    metadata
  })
})

const valid = encodeContents({ tensors: [tensor('a')], metadata: new Map() })

t.test('lists that would take gigabytes to parse are refused by their text', t => {
  for (const key of ['soup.tensors', 'soup.metadata']) {
    const flood = new Map([...valid, [key, `[${'[],'.repeat(2e6)}[]]`]])
    t.throws(() => payloadContents(payload(flood)), {
      code: 'DELTA_INVALID',
      message: /more than \d+ values/
    })
  }
  const text = `"\\${',['.repeat(2e6)}`
  const long = encodeContents({ tensors: [], metadata: new Map([['k', text]]) })
  t.equal(
    payloadContents(payload(long)).metadata.get('k'),
    text,
    'text within strings is not counted'
  )
  t.end()
})

const entry = (...fields: unknown[]) => JSON.stringify([fields])

const BROKEN: Record<string, [key: string, value: string]> = {
  'another codec': ['soup.codec', 'exact/3'],
  'text that is not JSON': ['soup.tensors', '['],
  'an object for a list': ['soup.tensors', '{}'],
  'deep nesting': ['soup.tensors', '['.repeat(1e5)],
  'an entry that is too short': ['soup.tensors', entry('a', 'F32', [1])],
  'a name that is a number': ['soup.tensors', entry(1, 'F32', [1], SHA)],
  'a negative dimension': ['soup.tensors', entry('a', 'F32', [-1], SHA)],
  'a fractional dimension': ['soup.tensors', entry('a', 'F32', [0.5], SHA)],
  'a shape that overflows': ['soup.tensors', entry('a', 'F32', [2 ** 40, 2 ** 40], SHA)],
  'a shape of a thousand dimensions': ['soup.tensors', entry('a', 'F32', Array(1000).fill(1), SHA)],
  'a hash in capitals': ['soup.tensors', entry('a', 'F32', [1], SHA.toUpperCase())],
  'a name that comes twice': [
    'soup.tensors',
    JSON.stringify([
      ['a', 'F32', [1], SHA],
      ['a', 'F32', [1], SHA]
    ])
  ],
  'names out of order': [
    'soup.tensors',
    JSON.stringify([
      ['b', 'F32', [1], SHA],
      ['a', 'F32', [1], SHA]
    ])
  ],
  'metadata that is not text': ['soup.metadata', '[["a",1]]'],
  'metadata that is not pairs': ['soup.metadata', '["a"]']
}

for (const [what, [key, value]] of Object.entries(BROKEN)) {
  t.test(`payloadContents() refuses ${what}`, async t => {
    const broken = payload(new Map([...valid, [key, value]]))
    t.throws(() => payloadContents(broken), {
      code: 'DELTA_INVALID',
      message: /^p is not a valid delta/
    })
  })
}

t.test('payloadContents() refuses a safetensors file that is no payload', async t => {
  t.throws(() => payloadContents(payload(new Map([['format', 'pt']]))), {
    code: 'DELTA_INVALID',
    message: /codec is undefined/
  })
})
