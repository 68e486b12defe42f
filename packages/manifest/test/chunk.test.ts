import { chunkCid, verifyChunk } from '@soup/manifest'
import t from 'tap'

/** SHA-256 of nothing and of "abc" (FIPS 180-4), as raw CIDs. */
const EMPTY = 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'
const ABC = 'bafkreif2pall7dybz7vecqka3zo24irdwabwdi4wc55jznaq75q7eaavvu'

t.test('chunkCid() is the raw CIDv1 with SHA-256', async t => {
  t.equal(await chunkCid(new Uint8Array()), EMPTY)
  t.equal(await chunkCid(Buffer.from('abc')), ABC)
})

t.test('verifyChunk() tells right bytes from wrong ones', async t => {
  t.equal(await verifyChunk(ABC, Buffer.from('abc')), true)
  t.equal(await verifyChunk(ABC, Buffer.from('abd')), false)
  t.equal(await verifyChunk(EMPTY, Buffer.from('abc')), false)
})

t.test('verifyChunk() is false for what is no id of a chunk', async t => {
  for (const cid of ['', 'x', ABC.toUpperCase(), `${ABC}a`, 'a'.repeat(10_000)]) {
    t.equal(await verifyChunk(cid, Buffer.from('abc')), false)
  }
})
