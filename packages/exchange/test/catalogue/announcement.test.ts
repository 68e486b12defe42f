import { encode } from '@ipld/dag-cbor'
import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { RecordEnvelope } from '@libp2p/peer-record'
import { testKey } from '@soup/testing'
import { CID } from 'multiformats/cid'
import { test } from 'tap'
import { parseAnnouncement, signAnnouncement } from '../../src/catalogue/announcement.ts'
import { MAX_ADDRESSES, MAX_ANNOUNCEMENT_BYTES, MAX_ROOTS } from '../../src/catalogue/limits.ts'
import { ANNOUNCEMENT_DOMAIN, ANNOUNCEMENT_TYPE } from '../../src/catalogue/protocol.ts'

const ROOT = 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'
const FIELDS = { seq: 1000, expires: 2000, addresses: ['/ip4/127.0.0.1/tcp/4001'], roots: [ROOT] }

async function seal(
  key: PrivateKey,
  payload: Uint8Array,
  { domain = ANNOUNCEMENT_DOMAIN, codec = ANNOUNCEMENT_TYPE } = {}
): Promise<Uint8Array> {
  const record = { domain, codec, marshal: () => payload, equals: () => false }
  return (await RecordEnvelope.seal(record, key)).marshal()
}

const valid = { v: 1, seq: 1, expires: 2, addrs: [], roots: [] }

test('an announcement says what was signed, by whom', async t => {
  const key = await testKey('a')
  const { envelope } = await signAnnouncement(FIELDS, key)
  const parsed = await parseAnnouncement(envelope)
  t.match(parsed, { ...FIELDS, peer: peerIdFromPrivateKey(key).toString() })
})

test('nobody can announce in the name of another peer', async t => {
  const [mine, theirs] = [await testKey('a'), await testKey('b')]
  const { envelope } = await signAnnouncement(FIELDS, mine)
  const forged = Buffer.from(envelope)
  const at = forged.indexOf(Buffer.from(mine.publicKey.raw))
  t.ok(at > 0, 'the key is in the envelope')
  Buffer.from(theirs.publicKey.raw).copy(forged, at)
  await t.rejects(parseAnnouncement(forged), { name: 'WireError' })
})

test('every flipped byte is noticed', async t => {
  const { envelope, peer } = await signAnnouncement(FIELDS, await testKey('a'))
  for (let at = 0; at < envelope.length; at++) {
    const tampered = envelope.slice()
    tampered[at] = (tampered[at] as number) ^ 1
    const parsed = await parseAnnouncement(tampered).catch((error: Error) => error)
    if (!(parsed instanceof Error)) t.fail(`byte ${at} of the announcement of ${peer}`)
    else if (parsed.name !== 'WireError') t.fail(`byte ${at}: ${parsed.name}`)
  }
  t.pass(`${envelope.length} bytes`)
})

test('what is signed for another purpose is no announcement', async t => {
  const key = await testKey('a')
  const payload = encode(valid)
  await t.resolves(parseAnnouncement(await seal(key, payload)))
  const other = { domain: 'libp2p-peer-record' }
  await t.rejects(parseAnnouncement(await seal(key, payload, other)), { name: 'WireError' })
  const codec = { codec: Uint8Array.of(3, 1) }
  await t.rejects(parseAnnouncement(await seal(key, payload, codec)), { name: 'WireError' })
})

test('fields that are missing, of another type or past a limit are refused', async t => {
  const key = await testKey('a')
  const cid = CID.parse(ROOT)
  for (const fields of [
    [],
    'text',
    { ...valid, v: 2 },
    { ...valid, seq: -1 },
    { ...valid, seq: 1.5 },
    { ...valid, expires: 'soon' },
    { ...valid, addrs: undefined as unknown },
    { ...valid, addrs: ['/ip4/127.0.0.1'] },
    { ...valid, addrs: [Uint8Array.of(255, 255, 255)] },
    { ...valid, addrs: new Array(MAX_ADDRESSES + 1).fill(Uint8Array.of()) },
    { ...valid, roots: [ROOT] },
    { ...valid, roots: new Array(MAX_ROOTS + 1).fill(cid) },
    { ...valid, roots: { length: 1 } }
  ]) {
    const { addrs, ...rest } = fields as { addrs?: unknown }
    const payload = encode(
      Array.isArray(fields) || typeof fields === 'string' || addrs !== undefined ? fields : rest
    )
    await t.rejects(parseAnnouncement(await seal(key, payload)), { name: 'WireError' })
  }
  const deep = Uint8Array.from({ length: 20_000 }, () => 0x81)
  await t.rejects(parseAnnouncement(await seal(key, deep)), { name: 'WireError' })
  const large = new Uint8Array(MAX_ANNOUNCEMENT_BYTES + 1)
  await t.rejects(parseAnnouncement(large), { name: 'WireError' })
})

test('an announcement at the limits fits', async t => {
  const roots = new Array(MAX_ROOTS).fill(ROOT)
  const relay =
    '/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWJjbRkp8FPF5SKgMhMuvPZBEfFbYsvvHBhBdVn4ABXFAR/p2p-circuit'
  const addresses = new Array(MAX_ADDRESSES).fill(relay)
  await t.resolves(signAnnouncement({ ...FIELDS, addresses, roots }, await testKey('a')))
})
