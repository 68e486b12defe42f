import { fileURLToPath } from 'node:url'
import type { ByteSink } from '@soup/interface'
import {
  type Checkpoint,
  describeTensors,
  fileSource,
  fileSpool,
  isDtype,
  memoryCheckpoint,
  memorySpool,
  openSafetensors,
  readPieces,
  tensorBytes,
  writeSafetensors
} from '@soup/tensor'
import fc from 'fast-check'
import t from 'tap'
import { encodeContents, payloadContents } from '../src/contents.ts'
import { decodeExact } from '../src/decode.ts'
import { encodeExact } from '../src/encode.ts'
import { EXACT_PIECE_BYTES } from '../src/limits.ts'
import { checkpoint, collect, noise } from './fixtures.ts'
import { vectorBase, vectorExpert } from './vectors.ts'
import { openCheckpoint } from './virtual.ts'

/** Writes a payload to a file in memory and opens it again. */
async function throughFile(payload: Checkpoint): Promise<Checkpoint> {
  const file = memorySpool()
  const sink: ByteSink = {
    write: bytes => file.append(bytes),
    commit: async () => {},
    discard: async () => {}
  }
  await writeSafetensors(payload, sink)
  return openSafetensors(file)
}

async function roundTrip(base: Checkpoint, expert: Checkpoint): Promise<Checkpoint> {
  return decodeExact(base, await throughFile(await encodeExact(base, expert, memorySpool())))
}

const DTYPES =
  'BOOL F4 F6_E2M3 U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ I16 U16 F16 BF16 I32 U32 F32 C64 F64 I64 U64 FUTURE'.split(
    ' '
  )

t.test('an expert comes back bit for bit: any dtype, shape and bit pattern', async t => {
  const tensor = fc
    .record({ dtype: fc.constantFrom(...DTYPES), shape: fc.array(fc.nat(3), { maxLength: 3 }) })
    .map(({ dtype, shape }) => ({
      dtype,
      shape: dtype.startsWith('F4') || dtype.startsWith('F6') ? [...shape, 4] : shape
    }))
    .chain(({ dtype, shape }) => {
      const length = isDtype(dtype) ? tensorBytes(dtype, shape)! : shape.reduce((a, b) => a * b, 3)
      const bytes = fc.uint8Array({ minLength: length, maxLength: length })
      return fc.record({
        dtype: fc.constant(dtype),
        shape: fc.constant(shape),
        base: bytes,
        expert: fc.oneof(bytes, fc.constant(undefined))
      })
    })
  await fc.assert(
    fc.asyncProperty(fc.array(tensor, { maxLength: 6 }), async list => {
      const base = checkpoint(
        'base',
        list.map(({ dtype, shape, base }, i) => [`${i}`, dtype, shape, base])
      )
      const expert = checkpoint(
        'expert',
        list.map(({ dtype, shape, base, expert }, i) => [`${i}`, dtype, shape, expert ?? base]),
        [['a', 'b']]
      )
      const back = await roundTrip(base, expert)
      t.strictSame(await describeTensors(back), await describeTensors(expert))
      t.strictSame([...back.metadata], [['a', 'b']])
    }),
    { numRuns: 100 }
  )
})

/** Around the size of a piece. */
const SIZES = [
  EXACT_PIECE_BYTES - 2,
  EXACT_PIECE_BYTES,
  EXACT_PIECE_BYTES + 2,
  2 * EXACT_PIECE_BYTES + 6
]

t.test('tensors around the size of a piece come back, changed anywhere', async t => {
  for (const size of SIZES) {
    for (const at of [0, size - 1]) {
      const data = noise(size, size)
      const changed = data.with(at, data[at]! ^ 1)
      const base = checkpoint('base', [['x', 'BF16', [size / 2], data]])
      const expert = checkpoint('expert', [['x', 'BF16', [size / 2], changed]])
      const back = await roundTrip(base, expert)
      t.ok((await collect(readPieces(back, 'x'))).equals(changed), `${size} bytes, byte ${at}`)
    }
  }
})

const BASE = noise(1, EXACT_PIECE_BYTES + 4)
const base = checkpoint('the base', [
  ['x', 'F32', [BASE.length / 4], BASE],
  ['same', 'I8', [3], noise(2, 3)]
])
const expert = checkpoint('expert', [
  ['x', 'F32', [BASE.length / 4], BASE.map((byte, i) => (i % 4 === 0 ? byte ^ 3 : byte))],
  ['same', 'I8', [3], noise(2, 3)]
])

/** The payload of `expert`, with the stored bytes of x changed. */
async function tampered(change: (stored: Buffer) => Uint8Array): Promise<Checkpoint> {
  const payload = await encodeExact(base, expert, memorySpool())
  const data = change(await collect(readPieces(payload, 'x')))
  return memoryCheckpoint({
    name: 'p',
    metadata: payload.metadata,
    tensors: [{ name: 'x', dtype: 'U8', shape: [data.length], data }]
  })
}

/** Puts another length for the first piece into its table. */
function withLength(stored: Buffer, length: number): Buffer {
  stored.writeUInt32LE(length, 0)
  return stored
}

t.test('a wrong base is never used silently, whether the tensor changed or not', async t => {
  const payload = await encodeExact(base, expert, memorySpool())
  for (const name of ['x', 'same']) {
    const other = memoryCheckpoint({
      name: 'another base',
      tensors: await Promise.all(
        [...base.tensors.values()].map(async info => {
          const data = await collect(readPieces(base, info.name))
          data[0] = data[0]! ^ 1
          return { ...info, shape: info.shape, data }
        })
      )
    })
    const pieces: Uint8Array[] = []
    const reading = (async () => {
      for await (const piece of readPieces(decodeExact(other, payload), name)) pieces.push(piece)
    })()
    await t.rejects(reading, { code: 'DELTA_SHA256', message: /base another base or payload/ })
    t.ok(
      Buffer.concat(pieces).length < base.tensors.get(name)!.sizeBytes,
      'the last piece is held back'
    )
  }
})

t.test('a payload whose stored bytes were tampered with is refused', async t => {
  const cases: Record<string, [change: (stored: Buffer) => Uint8Array, code: string]> = {
    'a bit of the last piece': [
      stored => stored.fill(stored.at(-1)! ^ 1, stored.length - 1),
      'DELTA_'
    ],
    'a bit of the first piece': [stored => stored.fill(stored[5000]! ^ 1, 5000, 5001), 'DELTA_'],
    'a length over the piece': [
      stored => withLength(stored, EXACT_PIECE_BYTES + 1),
      'DELTA_INVALID'
    ],
    'a length of 4 GB': [stored => stored.fill(255, 0, 4), 'DELTA_INVALID'],
    'lengths that do not add up': [
      stored => withLength(stored, stored.readUInt32LE(0) - 1),
      'DELTA_INVALID'
    ],
    'bytes after the last piece': [
      stored => Buffer.concat([stored, Buffer.alloc(1)]),
      'DELTA_INVALID'
    ],
    'a missing byte': [stored => stored.subarray(0, -1), 'DELTA_INVALID']
  }
  for (const [what, [change, code]] of Object.entries(cases)) {
    const reading = collect(readPieces(decodeExact(base, await tampered(change)), 'x'))
    await t.rejects(reading, { code: new RegExp(`^${code}`), details: { tensor: 'x' } }, what)
  }
})

t.test('a payload that can not be one of this base is refused before any data is read', async t => {
  const payload = await encodeExact(base, expert, memorySpool())
  const contents = payloadContents(payload)
  const renamed = encodeContents({
    ...contents,
    tensors: contents.tensors.map(tensor => ({ ...tensor, name: `${tensor.name}2` }))
  })
  t.throws(() => decodeExact(base, { ...payload, metadata: renamed }), { code: 'DELTA_MISMATCH' })
  t.throws(() => decodeExact(base, expert), { code: 'DELTA_INVALID' })
  const withTensors = (dtype: string, name: string, sizeBytes: number) => ({
    ...payload,
    tensors: new Map([[name, { name, dtype, shape: [sizeBytes], sizeBytes }]])
  })
  t.throws(() => decodeExact(base, withTensors('U8', 'unlisted', 10)), {
    code: 'DELTA_INVALID',
    message: /"unlisted".*not listed/
  })
  t.throws(() => decodeExact(base, withTensors('I8', 'x', 100)), {
    code: 'DELTA_INVALID',
    message: /of I8, expected U8/
  })
  t.throws(
    () => decodeExact(base, withTensors('U8', 'x', 7)),
    { code: 'DELTA_INVALID' },
    'no room for the table'
  )
  t.throws(
    () => decodeExact(base, withTensors('U8', 'x', BASE.length + 9)),
    { code: 'DELTA_INVALID' },
    'larger than the tensor'
  )
})

for (const version of ['exact-1', 'exact-2']) {
  t.test(`the payload in vectors/${version}.safetensors decodes to its expert`, async t => {
    const path = fileURLToPath(new URL(`vectors/${version}.safetensors`, import.meta.url))
    const payload = await openSafetensors(await fileSource(path))
    t.teardown(() => payload.close())
    t.equal(payload.metadata.get('soup.codec'), version.replace('-', '/'))
    const back = decodeExact(vectorBase(), payload)
    t.strictSame(await describeTensors(back), await describeTensors(vectorExpert()))
    t.strictSame(back.metadata, vectorExpert().metadata)
  })
}

t.test('a tensor is read in parts of any size, each once', async t => {
  const back = decodeExact(base, await encodeExact(base, expert, memorySpool()))
  const whole = await collect(readPieces(expert, 'x'))
  for (const sizes of [[whole.length], [3, EXACT_PIECE_BYTES - 3, 4], [EXACT_PIECE_BYTES + 1, 3]]) {
    const reader = back.open('x')
    const parts = []
    for (const size of sizes) {
      const part = new Uint8Array(size)
      await reader.read(part)
      parts.push(part)
    }
    t.ok(Buffer.concat(parts).equals(whole), `parts of ${sizes}`)
    await t.rejects(reader.read(new Uint8Array(1)), RangeError)
  }
})

t.test('a small payload that claims a huge tensor is refused before anything is read', async t => {
  const sizeBytes = 2 ** 50
  const info = { name: 'x', dtype: 'U8', shape: [sizeBytes], sizeBytes }
  const tensors = [{ ...info, sha256: 'ab'.repeat(32) }]
  const huge: Checkpoint = {
    ...base,
    tensors: new Map([['x', info]]),
    open: () => t.fail('must not read') as never
  }
  const payload: Checkpoint = {
    ...huge,
    metadata: encodeContents({ tensors, metadata: new Map() }),
    tensors: new Map([['x', { ...info, shape: [1000], sizeBytes: 1000 }]])
  }
  t.throws(() => decodeExact(huge, payload), {
    code: 'DELTA_INVALID',
    message: /data are 1000 bytes/
  })
})

t.test("an unknown tensor is the program's mistake", async t => {
  const back = decodeExact(base, await encodeExact(base, expert, memorySpool()))
  t.throws(() => back.open('y'), RangeError)
  t.strictSame([...back.tensors.keys()], ['x', 'same'])
})

t.test('128 MB are encoded to a file and decoded in little memory', async t => {
  const sizeBytes = 2 ** 27
  const open = (change: number) => openCheckpoint({ name: `${change}`, sizeBytes, change })
  const spool = await fileSpool(`${t.testdir({})}/spool`)
  t.teardown(() => spool.close())
  const before = process.memoryUsage().rss
  const payload = await encodeExact(await open(0), await open(1), spool)
  let [got, peak] = [0, process.memoryUsage().rss - before]
  for await (const piece of readPieces(decodeExact(await open(0), payload), 'x')) {
    got += piece.length
    peak = Math.max(peak, process.memoryUsage().rss - before)
  }
  t.equal(got, sizeBytes)
  t.ok(peak < 100 * 2 ** 20, `${peak} bytes more at most`)
})

t.test('what was verified before can be read from anywhere, and is not hashed again', async t => {
  const size = 2 * EXACT_PIECE_BYTES + 6
  const before = noise(1, size)
  const after = before.map((byte, i) => (i % 64 === 0 ? byte ^ 1 : byte))
  const base = checkpoint('base', [['x', 'BF16', [size / 2], before]])
  const expert = checkpoint('expert', [['x', 'BF16', [size / 2], after]])
  const payload = await throughFile(await encodeExact(base, expert, memorySpool()))
  const decoded = decodeExact(base, payload, { isVerified: true })
  t.notOk(decoded.isSequential)
  for (const offset of [0, 2, EXACT_PIECE_BYTES, EXACT_PIECE_BYTES + 8, size - 2]) {
    const reader = decoded.open('x', offset)
    const target = new Uint8Array(size - offset)
    await reader.read(target.subarray(0, 2))
    await reader.read(target.subarray(2))
    t.ok(Buffer.compare(target, after.subarray(offset)) === 0, `from byte ${offset}`)
    await t.rejects(reader.read(new Uint8Array(2)), RangeError)
  }
  t.throws(() => decodeExact(base, payload).open('x', 2), RangeError)
  const other = checkpoint('other', [['x', 'BF16', [size / 2], noise(3, size)]])
  await collect(readPieces(decodeExact(other, payload, { isVerified: true }), 'x'))
  await t.rejects(collect(readPieces(decodeExact(other, payload), 'x')), { code: 'DELTA_SHA256' })
})
