import { CID } from 'multiformats/cid'
import t from 'tap'
import { baseOf, recordCodecs, recordHead } from '../src/record-codec.ts'
import { base, expert, recipe, soupOfSoups } from './fixtures.ts'

t.test('every kind decodes what it encodes, with ids as links and hashes as bytes', async t => {
  const lossy = {
    ...expert,
    loss: { relativeError: 0.5, cosine: 0.9 },
    privacy: { clip: 1, noise: 2 }
  }
  for (const record of [expert, lossy, recipe, soupOfSoups]) {
    const codec = recordCodecs.get(record.kind)!
    const fields = codec.encode(record, '') as Record<string, unknown>
    t.equal(baseOf(fields), base.base)
    t.same(codec.decode(fields, ''), record)
  }
  const fields = recordCodecs.get('base')!.encode(base, '') as { tensors: unknown[][] }
  t.same(fields.tensors[0], ['layers.0.weight', 'BF16', [], new Uint8Array(32).fill(0x11)])
})

t.test('claims of loss and privacy are within what they can be', async t => {
  const codec = recordCodecs.get('expert')!
  const wrong: Record<string, object> = {
    'loss.relativeError': { loss: { relativeError: -5, cosine: 1 } },
    'loss.cosine': { loss: { relativeError: 0, cosine: 99 } },
    'privacy.clip': { privacy: { clip: 0, noise: 1 } },
    'privacy.noise': { privacy: { clip: 1, noise: -1 } }
  }
  const fields = codec.encode(expert, '') as object
  for (const [field, claim] of Object.entries(wrong)) {
    t.throws(() => codec.encode({ ...expert, ...claim }, ''), { name: 'FieldError', field })
    t.throws(() => codec.decode({ ...fields, ...claim }, ''), { name: 'FieldError', field })
  }
  for (const cosine of [-1, 1]) {
    const limits = { loss: { relativeError: 0, cosine }, privacy: { clip: 1e-9, noise: 0 } }
    t.match(codec.decode({ ...fields, ...limits }, ''), limits)
  }
})

t.test('recordHead is what a record of any kind has', async t => {
  t.same(recordHead.decode({ kind: 'revocation', v: 3, x: 1 }, ''), { kind: 'revocation', v: 3 })
  t.throws(() => recordHead.decode({ kind: 'a b', v: 1 }, ''), {
    name: 'FieldError',
    field: 'kind'
  })
})

t.test('baseOf() takes links to documents only', async t => {
  t.equal(baseOf({ base: base.base }), undefined)
  t.equal(baseOf({ base: CID.parse(expert.payload.root) }), undefined)
  t.equal(baseOf({}), undefined)
})
