import { hash } from 'node:crypto'
import { encode } from '@ipld/dag-cbor'
import { MAX_TENSORS, tensorsId } from '@soup/manifest'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import t from 'tap'
import { documentCid } from '../src/cid.ts'
import { tensors } from './fixtures.ts'

t.test('the id is the hash of CBOR that anybody can write by hand', async t => {
  const list = [
    { name: 'b', dtype: 'F32', shape: [2, 300], sha256: '22'.repeat(32) },
    { name: 'a', dtype: 'I8', shape: [], sha256: '11'.repeat(32) }
  ]
  const cbor = Buffer.from(
    [
      '82', // a list of 2
      `84 6161 624938 80 5820${'11'.repeat(32)}`, // ["a", "I8", [], 32 bytes]
      `84 6162 63463332 82 02 19012c 5820${'22'.repeat(32)}` // ["b", "F32", [2, 300], 32 bytes]
    ]
      .join('')
      .replaceAll(' ', ''),
    'hex'
  )
  const digest = hash('sha256', cbor, 'hex')
  t.equal(Buffer.from(CID.parse(tensorsId(list)).bytes).toString('hex'), `01711220${digest}`)
})

t.test('the id does not depend on the order of the tensors', async t => {
  const id = tensorsId(tensors)
  const shuffled = fc.shuffledSubarray(tensors, { minLength: tensors.length })
  t.doesNotThrow(() => fc.assert(fc.property(shuffled, list => tensorsId(list) === id)))
})

t.test('names are sorted by their UTF-8 bytes, not by UTF-16 units', async t => {
  const named = (name: string) => ({ ...tensors[0]!, name })
  const names = ['\uffee', '\u{1f35c}']
  const entry = (name: string) => [name, 'F32', [2, 3], new Uint8Array(32).fill(0x22)]
  t.equal(tensorsId(names.toReversed().map(named)), documentCid(encode(names.map(entry))))
})

t.test('the id depends on name, dtype, shape and hash', async t => {
  const first = tensors[0]!
  const others = [
    { ...first, name: 'x' },
    { ...first, dtype: 'F64' },
    { ...first, shape: [3, 2] },
    { ...first, sha256: '44'.repeat(32) }
  ]
  t.equal(new Set([first, ...others].map(entry => tensorsId([entry]))).size, 5)
})

t.test('no tensors at all have an id too', async t => {
  // The hash of the one byte 80: an empty list.
  t.equal(tensorsId([]), 'bafyreidwx2fvfdiaox32v2mnn6sxu3j4qoxeqcuenhtgrv5qv6litfnmoe')
})

t.test('a name that occurs twice, and too many tensors, are refused', async t => {
  const twice = [tensors[0]!, tensors[0]!]
  t.throws(() => tensorsId(twice), { code: 'RECORD_INVALID', message: 'layers.1.weight' })
  const many = new Array(MAX_TENSORS + 1).fill(tensors[0])
  t.throws(() => tensorsId(many), { code: 'RECORD_INVALID' })
  t.throws(() => tensorsId([null as never]), { code: 'RECORD_INVALID' })
})
