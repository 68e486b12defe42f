import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { create } from 'multiformats/hashes/digest'
import { test } from 'tap'
import {
  DAG_PB,
  encodeHeader,
  encodeRequest,
  HEADER_BYTES,
  isChunkCid,
  parseHeader,
  parseRequest,
  RAW,
  REQUEST_BYTES
} from '../../src/chunks/protocol.ts'
import { MAX_RANGE_CHUNKS } from '../../src/limits.ts'

const cids = fc
  .tuple(fc.constantFrom(RAW, DAG_PB), fc.uint8Array({ minLength: 32, maxLength: 32 }))
  .map(([codec, digest]) => CID.createV1(codec, create(0x12, digest)))

test('a request survives encoding and parsing', async () => {
  const counts = fc.integer({ min: 0, max: MAX_RANGE_CHUNKS })
  fc.assert(
    fc.property(cids, fc.integer({ min: 0, max: 65_535 }), counts, (cid, first, count) => {
      const bytes = encodeRequest({ cid, first, count })
      const parsed = parseRequest(bytes)
      return (
        bytes.length === REQUEST_BYTES &&
        parsed.cid.equals(cid) &&
        parsed.first === first &&
        parsed.count === count
      )
    })
  )
})

test('a request has this layout', async t => {
  const cid = CID.createV1(DAG_PB, create(0x12, new Uint8Array(32).fill(0xab)))
  const hex = Buffer.from(encodeRequest({ cid, first: 258, count: 3 })).toString('hex')
  t.equal(hex, `01${'01701220'}${'ab'.repeat(32)}${'0102'}${'0003'}`)
})

test('parseRequest() refuses any bytes that are no request, and never throws anything else', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: REQUEST_BYTES, maxLength: REQUEST_BYTES }), bytes => {
      try {
        parseRequest(bytes)
        return bytes[0] === 1
      } catch (error) {
        return (error as { code?: string }).code === 'EXCHANGE_PEER_FAULT'
      }
    })
  )
})

test('parseRequest() refuses a range that is too long', async t => {
  const cid = CID.createV1(DAG_PB, create(0x12, new Uint8Array(32)))
  const bytes = encodeRequest({ cid, first: 0, count: MAX_RANGE_CHUNKS })
  bytes[REQUEST_BYTES - 1] = MAX_RANGE_CHUNKS + 1
  t.throws(() => parseRequest(bytes), { code: 'EXCHANGE_PEER_FAULT' })
})

test('encodeRequest() refuses what a request cannot express', async t => {
  const cid = CID.createV1(0x71, create(0x12, new Uint8Array(32)))
  t.notOk(isChunkCid(cid))
  t.throws(() => encodeRequest({ cid, first: 0, count: 1 }), RangeError)
})

test('a header survives encoding and parsing', async t => {
  for (const header of [
    { kind: 0, value: 1_048_576 },
    { kind: 1, value: 0 },
    { kind: 2, value: 3 }
  ]) {
    t.equal(encodeHeader(header).length, HEADER_BYTES)
    t.strictSame(parseHeader(encodeHeader(header)), header)
  }
})

test('parseHeader() refuses kinds that do not exist', async t => {
  for (const header of [
    { kind: 3, value: 0 },
    { kind: 255, value: 0 },
    { kind: 1, value: 7 }
  ]) {
    t.throws(() => parseHeader(encodeHeader(header)), { code: 'EXCHANGE_PEER_FAULT' })
  }
})
