import { readFileSync } from 'node:fs'
import { encode } from '@ipld/dag-cbor'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { RecordEnvelope } from '@libp2p/peer-record'
import {
  MAX_ENVELOPE_SIZE_BYTES,
  parseRecord,
  RECORD_DOMAIN,
  type SoupRecord,
  signRecord,
  tensorsId
} from '@soup/manifest'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import t from 'tap'
import { RECORD_PAYLOAD_TYPE } from '../src/protocol.ts'
import { base, expert, key, recipe } from './fixtures.ts'

const me = await key(1)
const publisher = peerIdFromPrivateKey(me).toString()
const sorted = { ...base, tensors: base.tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1)) }

/** An envelope around any payload, as a hostile signer could make it. */
async function sealed(payload: Uint8Array, change: { domain?: string; codec?: Uint8Array } = {}) {
  const record = {
    domain: RECORD_DOMAIN,
    codec: RECORD_PAYLOAD_TYPE,
    marshal: () => payload,
    equals: () => false,
    ...change
  }
  return (await RecordEnvelope.seal(record, me)).marshal()
}

const sealFields = (fields: Record<string, unknown>) => sealed(encode({ publisher, ...fields }))

/** The fields of a signed record as they lie in its payload. */
async function fieldsOf(record: SoupRecord): Promise<Record<string, unknown>> {
  const { decode } = await import('@ipld/dag-cbor')
  const { envelope } = await signRecord(record, me)
  return decode(RecordEnvelope.createFromProtobuf(envelope).payload)
}

for (const record of [base, expert, recipe]) {
  t.test(`a signed ${record.kind} reads back with every field`, async t => {
    const signed = await signRecord(record, me)
    const expected = record === base ? sorted : record
    t.same(signed.record, expected)
    t.match(signed, { kind: record.kind, base: base.base, publisher })
    t.same(await parseRecord(signed.envelope), signed)
  })

  t.test(`the signed ${record.kind} of docs and vectors keeps its bytes and its id`, async t => {
    const vector = JSON.parse(
      readFileSync(new URL(`./vectors/${record.kind}.json`, import.meta.url), 'utf8')
    )
    const signed = await signRecord(record, me)
    t.equal(Buffer.from(signed.envelope).toString('hex'), vector.envelope)
    t.equal(signed.id, vector.id)
    t.same(signed.record, vector.record)
  })
}

t.test('a record without its optional fields stays without them', async t => {
  const { license, payload, ...rest } = base
  const signed = await signRecord({ ...rest, license: undefined }, me)
  t.notOk('license' in signed.record)
  t.notOk('payload' in signed.record)
})

t.test(
  'a recipe has one id whoever signs it; a base or an expert has one per publisher',
  async t => {
    const other = await key(2)
    t.equal((await signRecord(recipe, me)).id, (await signRecord(recipe, other)).id)
    t.not((await signRecord(base, me)).id, (await signRecord(base, other)).id)
  }
)

t.test('nobody can sign the record of another publisher', async t => {
  const theirs = RecordEnvelope.createFromProtobuf(
    (await signRecord(expert, await key(2))).envelope
  )
  await t.rejects(parseRecord(await sealed(theirs.payload)), {
    code: 'RECORD_INVALID',
    details: { field: 'publisher' }
  })
  const { publisher: _, ...anonymous } = await fieldsOf(expert)
  await t.rejects(parseRecord(await sealed(encode(anonymous))), {
    code: 'RECORD_INVALID',
    details: { field: 'publisher' }
  })
})

t.test('fields of the future are kept in the envelope', async t => {
  const envelope = await sealFields({ ...(await fieldsOf(expert)), hue: 'blue' })
  const parsed = await parseRecord(envelope)
  t.same(parsed.record, expert)
  t.equal(parsed.envelope, envelope)
  t.not(parsed.id, (await signRecord(expert, me)).id)
})

t.test('kinds and versions of the future are kept, with their base', async t => {
  const link = CID.parse(base.base)
  const evaluation = await parseRecord(
    await sealFields({
      kind: 'evaluation',
      v: 1,
      base: link,
      raw: new Uint8Array([1, 2]),
      n: [{ x: 0.5 }]
    })
  )
  t.match(evaluation, { kind: 'evaluation', base: base.base, publisher })
  t.same(evaluation.record, {
    kind: 'unknown',
    fields: {
      kind: 'evaluation',
      v: 1,
      publisher,
      base: { '/': base.base },
      raw: { '/': { bytes: 'AQI' } },
      n: [{ x: 0.5 }]
    }
  })
  const next = await parseRecord(await sealFields({ kind: 'base', v: 2, base: 'not a link' }))
  t.match(next, { kind: 'base', base: undefined, record: { kind: 'unknown' } })
})

t.test(
  'a record that was changed after it was signed is refused with RECORD_SIGNATURE',
  async t => {
    const { envelope } = await signRecord(base, me)
    const text = Buffer.from(envelope)
    const at = text.indexOf('runner')
    const tampered = envelope.slice()
    tampered[at] = 'R'.charCodeAt(0)
    await t.rejects(parseRecord(tampered), { code: 'RECORD_SIGNATURE', details: { publisher } })
    const forged = envelope.slice()
    forged[forged.length - 1]! ^= 1
    await t.rejects(parseRecord(forged), { code: 'RECORD_SIGNATURE' })
  }
)

t.test('an envelope signed for another purpose is refused', async t => {
  const payload = encode(await fieldsOf(base))
  await t.rejects(parseRecord(await sealed(payload, { domain: 'libp2p-peer-record' })), {
    code: 'RECORD_SIGNATURE'
  })
  await t.rejects(parseRecord(await sealed(payload, { codec: new Uint8Array([3, 1]) })), {
    code: 'RECORD_INVALID',
    message: 'payload type'
  })
})

t.test('only Ed25519 keys sign records', async t => {
  const secp = await generateKeyPair('secp256k1')
  await t.rejects(signRecord(base, secp), TypeError)
  const payload = encode(await fieldsOf(base))
  const record = {
    domain: RECORD_DOMAIN,
    codec: RECORD_PAYLOAD_TYPE,
    marshal: () => payload,
    equals: () => false
  }
  const envelope = (await RecordEnvelope.seal(record, secp)).marshal()
  await t.rejects(parseRecord(envelope), { code: 'RECORD_INVALID', message: 'secp256k1' })
})

t.test('an envelope has one encoding', async t => {
  const { envelope } = await signRecord(base, me)
  for (const surplus of [
    [0x78, 1],
    [0x2a, 0],
    [0x1a, 0]
  ]) {
    await t.rejects(parseRecord(Buffer.concat([envelope, new Uint8Array(surplus)])), {
      code: 'RECORD_INVALID'
    })
  }
  await t.rejects(parseRecord(envelope.subarray(0, 100)), { code: 'RECORD_INVALID' })
  await t.rejects(parseRecord(new Uint8Array()), { code: 'RECORD_INVALID' })
})

t.test(
  'records beyond the limit are refused before they are looked at, and not signed',
  async t => {
    await t.rejects(parseRecord(new Uint8Array(MAX_ENVELOPE_SIZE_BYTES + 1)), {
      code: 'RECORD_TOO_LARGE'
    })
    await t.rejects(parseRecord(await sealed(new Uint8Array(4 * 1024 * 1024 + 1))), {
      code: 'RECORD_TOO_LARGE'
    })
    const many = Array.from({ length: 32_000 }, (_, i) => ({
      name: `${i}`.padEnd(120, 'x'),
      dtype: 'F32',
      shape: [],
      sha256: '00'.repeat(32)
    }))
    await t.rejects(signRecord({ ...base, base: tensorsId(many), tensors: many }, me), {
      code: 'RECORD_TOO_LARGE'
    })
  }
)

t.test('a payload that is not canonical DAG-CBOR of a record is refused', async t => {
  const hex = [
    '',
    'f6',
    '80',
    'a0',
    '01',
    'a1646b696e64f6',
    'bf646b696e64646261736561760aff',
    'a2617601646b696e646462617365',
    'ff',
    '1b',
    'a16176fb3ff0000000000000'
  ]
  for (const payload of [
    ...hex.map(h => Buffer.from(h, 'hex')),
    new Uint8Array(1000).fill(0x81),
    new Uint8Array(3_000_000).fill(0x81)
  ]) {
    await t.rejects(parseRecord(await sealed(payload)), { code: 'RECORD_INVALID' })
  }
})

t.test('a record with a wrong field is refused, naming the field', async t => {
  const b = await fieldsOf(base)
  const e = await fieldsOf(expert)
  const r = await fieldsOf(recipe)
  const tensor = (b.tensors as unknown[][])[0]!
  const cases: [field: string, fields: Record<string, unknown>][] = [
    ['kind', { ...b, kind: 'Base' }],
    ['v', { ...b, v: -1 }],
    ['name', { ...b, name: '' }],
    ['name', { ...b, name: 'a\u0007b' }],
    ['name', { ...b, name: 'gpj.\u202eexe' }],
    ['name', { ...b, name: 'x'.repeat(300) }],
    ['name', { ...b, name: 5 }],
    ['base', { ...b, base: base.base }],
    ['base', { ...b, base: CID.createV1(0x55, CID.parse(base.base).multihash) }],
    ['', { ...b, base: CID.parse(expert.result) }],
    ['bytes', { ...b, bytes: -1 }],
    ['bytes', { ...b, bytes: 0.5 }],
    ['created', { ...b, created: 8.64e15 + 2 }],
    ['tensors', { ...b, tensors: {} }],
    ['tensors', { ...b, tensors: (b.tensors as unknown[]).toReversed() }],
    ['tensors', { ...b, tensors: [tensor, tensor] }],
    ['tensors[0]', { ...b, tensors: [tensor.slice(1)] }],
    ['tensors[0].name', { ...b, tensors: [['a\n', ...tensor.slice(1)]] }],
    ['tensors[0].dtype', { ...b, tensors: [[tensor[0], 'f32', ...tensor.slice(2)]] }],
    ['tensors[0].shape[1]', { ...b, tensors: [[tensor[0], 'F32', [1, -1], tensor[3]]] }],
    ['tensors[0].shape', { ...b, tensors: [[tensor[0], 'F32', new Array(65).fill(1), tensor[3]]] }],
    ['tensors[0].sha256', { ...b, tensors: [[tensor[0], 'F32', [], new Uint8Array(31)]] }],
    ['payload', { ...b, payload: 5 }],
    ['payload', { ...b, payload: { root: CID.parse(expert.payload.root), bytes: 2 ** 21 } }],
    ['payload.bytes', { ...b, payload: { root: CID.parse(expert.payload.root), bytes: 2 ** 41 } }],
    ['payload.root', { ...b, payload: { root: CID.parse(base.base), bytes: 3 } }],
    ['reward', { ...e, reward: null }],
    ['reward.name', { ...e, reward: {} }],
    ['codec', { ...e, codec: '../exact' }],
    ['metrics.x', { ...e, metrics: { x: '1' } }],
    [
      'metrics',
      { ...e, metrics: Object.fromEntries(new Array(65).fill(0).map((_, i) => [`m${i}`, i])) }
    ],
    ['trainer', { ...e, trainer: 'es' }],
    ['trainer.cid', { ...e, trainer: { cid: CID.parse(base.base) } }],
    ['trainer', { ...e, trainer: { list: new Array(600).fill(0) } }],
    ['trainer.a', { ...e, trainer: { a: 'x\u001b[2J' } }],
    ['trainer', { ...e, trainer: JSON.parse('{"__proto__":1}') }],
    ['supersedes', { ...e, supersedes: 'x' }],
    ['ingredients', { ...r, ingredients: [] }],
    [
      'ingredients[0].lambda',
      { ...r, ingredients: [{ expert: CID.parse(base.base), lambda: 'a' }] }
    ],
    ['', { ...r, ingredients: [...(r.ingredients as unknown[]), ...(r.ingredients as unknown[])] }],
    ['extrapolate', { ...r, extrapolate: false }],
    ['method', { ...r, method: '' }],
    ['sha256', { ...r, sha256: 'ab'.repeat(32) }]
  ]
  for (const [field, fields] of cases) {
    await t.rejects(
      parseRecord(await sealFields(fields)),
      { code: 'RECORD_INVALID', details: { field } },
      field
    )
  }
})

t.test('signRecord() refuses what parseRecord() would, and misspelt fields', async t => {
  const wrong = [
    { ...base, licence: 'MIT' },
    { ...base, base: expert.result },
    { ...base, name: 'a\nb' },
    { ...expert, metrics: { x: Number.NaN } },
    { ...expert, metrics: { x: -0 } },
    { ...expert, trainer: { x: Number.POSITIVE_INFINITY } },
    { ...recipe, ingredients: [{ expert: base.base, lambda: -0 }] },
    { ...recipe, sha256: 'AB'.repeat(32) },
    { ...recipe, kind: 'soup' }
  ]
  for (const record of wrong) {
    await t.rejects(signRecord(record as never, me), { code: 'RECORD_INVALID' })
  }
})

t.test('messages are safe to print', async t => {
  const name = 'x\u001b[2J\u202e'
  const error = await parseRecord(await sealFields({ ...(await fieldsOf(base)), name })).catch(
    e => e
  )
  t.match(error.message, 'name: expected text without control characters')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  t.notMatch(error.message, /[\u0000-\u001f\u202e]/)
})

t.test('parseRecord() throws nothing but its own errors on damaged envelopes', async t => {
  const { envelope } = await signRecord(expert, me)
  const codes = ['RECORD_INVALID', 'RECORD_SIGNATURE']
  const isRefused = async (at: number, flip: number): Promise<boolean> => {
    const damaged = envelope.slice()
    damaged[at]! ^= flip
    const error = await parseRecord(damaged).then(
      () => undefined,
      e => e
    )
    return codes.includes(error?.code)
  }
  const at = fc.nat({ max: envelope.length - 1 })
  const flip = fc.integer({ min: 1, max: 255 })
  await t.resolves(fc.assert(fc.asyncProperty(at, flip, isRefused), { numRuns: 300 }))
})

t.test('signRecord() and parseRecord() pass on abort reasons', async t => {
  const reason = new Error('enough')
  const options = { signal: AbortSignal.abort(reason) }
  await t.rejects(signRecord(base, me, options), reason)
  await t.rejects(parseRecord((await signRecord(base, me)).envelope, options), reason)
})
