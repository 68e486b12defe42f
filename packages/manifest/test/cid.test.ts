import { CID } from 'multiformats/cid'
import t from 'tap'
import { asCid, cidOf, DAG_CBOR, DAG_PB, documentCid, RAW } from '../src/cid.ts'

const text = documentCid(new Uint8Array([0xa0]))
const cid = CID.parse(text)

t.test('documentCid() is the CIDv1 of an empty map that other IPLD tools give', async t => {
  t.equal(text, 'bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua')
})

t.test('asCid() takes the one spelling of an id with the right codec', async t => {
  t.ok(asCid(text, [DAG_CBOR])?.equals(cid))
  t.ok(asCid(cid, [RAW, DAG_CBOR])?.equals(cid))
  t.equal(cidOf(DAG_PB, cid.multihash.digest).code, DAG_PB)
})

t.test('asCid() takes nothing else', async t => {
  const wrong = [
    text.toUpperCase(),
    ` ${text}`,
    text.slice(0, -1),
    'x'.repeat(1000),
    CID.createV0(cid.multihash as never),
    CID.createV0(cid.multihash as never).toString(),
    CID.createV1(DAG_CBOR, { ...cid.multihash, code: 0x13 } as never),
    cidOf(RAW, cid.multihash.digest),
    cidOf(DAG_CBOR, cid.multihash.digest.subarray(1)),
    {},
    null,
    5
  ]
  for (const value of wrong) {
    t.equal(asCid(value, [DAG_CBOR]), undefined)
  }
})
