import { describeTensors, type TensorInfo } from '@soup/tensor'
import t from 'tap'
import { decodePieced } from '../src/decode-pieced.ts'
import type { PieceFormat } from '../src/piece-format.ts'
import { encodePieceTable } from '../src/piece-table.ts'
import { checkpoint, collectTensor, noise } from './fixtures.ts'

/** Pieces of ten bytes; what is stored of one is a number that is added to all of its bytes. */
const format: PieceFormat = {
  pieceBytes: 10,
  maxStoredBytes: () => 1,
  decode: ([shift], piece) => {
    for (let i = 0; i < piece.length; i++) piece[i]! += shift!
  }
}
const formatOf = ({ dtype }: TensorInfo) => (dtype === 'U8' ? format : undefined)

const data = noise(1, 24)
const stored = Buffer.concat([encodePieceTable([1, 0, 1]), Uint8Array.of(1, 5)])
const shifted = data.map((byte, i) => byte + (i < 10 ? 1 : i < 20 ? 0 : 5))
const base = checkpoint('base', [
  ['pieces', 'U8', [24], data],
  ['whole', 'I8', [24], data],
  ['same', 'U8', [24], data]
])
const expert = checkpoint('expert', [
  ['pieces', 'U8', [24], shifted],
  ['whole', 'I8', [24], data.toReversed()],
  ['same', 'U8', [24], data]
])
const payload = checkpoint('payload', [
  ['pieces', 'U8', [stored.length], stored],
  ['whole', 'I8', [24], data.toReversed()]
])
const contents = { tensors: await describeTensors(expert), metadata: new Map([['a', 'b']]) }
const init = { base, payload, contents, formatOf }

t.test('tensors come from their pieces, as they are stored, or from the base', async t => {
  for (const isVerified of [false, true]) {
    const decoded = decodePieced(init, { isVerified })
    for (const name of expert.tensors.keys())
      t.ok((await collectTensor(decoded, name)).equals(await collectTensor(expert, name)), name)
    t.strictSame([decoded.name, decoded.metadata], ['payload', contents.metadata])
    t.equal(decoded.isSequential, !isVerified)
    t.throws(() => decoded.open('y'), RangeError)
  }
})

t.test('what was verified before is read from anywhere, and not hashed again', async t => {
  const other = contents.tensors.map(tensor => ({ ...tensor, sha256: 'ab'.repeat(32) }))
  const wrong = { ...init, contents: { ...contents, tensors: other } }
  const decoded = decodePieced(wrong, { isVerified: true })
  for (const name of expert.tensors.keys()) {
    const rest = new Uint8Array(9)
    await decoded.open(name, 15).read(rest)
    t.ok((await collectTensor(expert, name)).subarray(15).equals(rest), name)
  }
  await t.rejects(collectTensor(decodePieced(wrong), 'same'), { code: 'DELTA_SHA256' })
})

t.test('a sequential base or payload is read from its start, verified or not', t => {
  for (const which of ['base', 'payload'] as const) {
    const sequential = { ...init, [which]: { ...init[which], isSequential: true } }
    t.equal(decodePieced(sequential, { isVerified: true }).isSequential, true)
  }
  t.end()
})

t.test('stored tensors that can not be are refused before any is read', t => {
  const having = (name: string, dtype: string, sizeBytes: number) => ({
    ...init,
    payload: {
      ...payload,
      tensors: new Map([[name, { name, dtype, shape: [sizeBytes], sizeBytes }]]),
      open: () => t.fail('must not read') as never
    }
  })
  const cases: [broken: typeof init, message: RegExp][] = [
    [having('y', 'U8', 13), /"y": it holds data but is not listed/],
    [having('pieces', 'I8', 13), /13 bytes of I8, expected U8, 12 to 15 bytes/],
    [having('pieces', 'U8', 11), /11 bytes of U8, expected U8, 12 to 15 bytes/],
    [having('pieces', 'U8', 16), /16 bytes of U8/],
    [having('whole', 'I8', 23), /23 bytes of I8, expected I8, 24 to 24 bytes/]
  ]
  for (const isVerified of [false, true]) {
    for (const [broken, message] of cases)
      t.throws(() => decodePieced(broken, { isVerified }), { code: 'DELTA_INVALID', message })
    const other = { ...init, base: checkpoint('other', []) }
    t.throws(() => decodePieced(other, { isVerified }), { code: 'DELTA_MISMATCH' })
  }
  t.end()
})

t.test('a wrong hash of a tensor without bytes is refused, verified or not', async t => {
  const empty = checkpoint('empty', [['x', 'F32', [0], new Uint8Array(0)]])
  const [tensor] = await describeTensors(empty)
  const listing = (sha256: string) => ({
    ...init,
    base: empty,
    payload: checkpoint('p', []),
    contents: { tensors: [{ ...tensor!, sha256 }], metadata: new Map<string, string>() }
  })
  for (const isVerified of [false, true]) {
    t.ok(decodePieced(listing(tensor!.sha256), { isVerified }))
    t.throws(() => decodePieced(listing('ab'.repeat(32)), { isVerified }), {
      code: 'DELTA_INVALID',
      message: /"x": it has no bytes and is listed with SHA-256 abab/
    })
  }
})
