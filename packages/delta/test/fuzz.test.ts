/** Damaged payloads of `exact/2`, the same on every run: whatever a peer sends, only coded errors come out. */

import {
  type Checkpoint,
  memorySpool,
  openSafetensors,
  readPieces,
  writeSafetensors
} from '@soup/tensor'
import { codeOf, mutateBytes } from '@soup/testing'
import t from 'tap'
import { decodeExact } from '../src/decode.ts'
import { elementLayout } from '../src/difference.ts'
import { encodeExact } from '../src/encode.ts'
import { decodePiece, encodePiece } from '../src/piece.ts'
import { checkpoint, noise } from './fixtures.ts'

/** Bytes that hold the tables, and most of what is checked. */
const HEAD_BYTES = 40

/** Damages bytes anywhere, or where the tables are. */
function damage(bytes: Uint8Array, seed: number): Uint8Array {
  if (seed % 2 === 0) return mutateBytes(bytes, seed)
  const [head, rest] = [bytes.subarray(0, HEAD_BYTES), bytes.subarray(HEAD_BYTES)]
  return Buffer.concat([mutateBytes(head, seed), rest])
}

t.test('a damaged piece decodes to something, or is refused and left as it was', async t => {
  const before = process.memoryUsage().rss
  let refused = 0
  for (const dtype of ['U8', 'BF16', 'F32', 'F64']) {
    const layout = elementLayout(dtype)
    const base = noise(1, 2400)
    for (const every of [1, 3, 40]) {
      const expert = base.map((byte, i) =>
        i % (every * layout.width) === 0 ? byte + (i % 5) : byte
      )
      const stored = encodePiece(expert, base, layout)
      for (let i = 0; i < 800; i++) {
        const piece = base.slice()
        try {
          decodePiece(damage(stored, i).subarray(0, piece.length - 1), piece, layout)
        } catch (error) {
          if (!(error instanceof RangeError) || !piece.every((byte, at) => byte === base[at]))
            t.fail(`${error}`)
          refused++
        }
      }
    }
  }
  t.ok(refused > 6000, `${refused} of 9600 refused`)
  t.ok(process.memoryUsage().rss - before < 100 * 2 ** 20)
})

/** The file of a payload. */
async function fileOf(payload: Checkpoint): Promise<Uint8Array> {
  const file = memorySpool()
  await writeSafetensors(payload, {
    write: bytes => file.append(bytes),
    commit: async () => {},
    discard: async () => {}
  })
  return await file.read(0, file.sizeBytes)
}

t.test('a damaged file is refused with a code, or decodes to the expert', async t => {
  const data = noise(2, 4000)
  const base = checkpoint('base', [
    ['x', 'BF16', [2000], data],
    ['y', 'I8', [4000], data]
  ])
  const changed = data.map((byte, i) => (i % 6 === 0 ? byte ^ 1 : byte))
  const expert = checkpoint('expert', [
    ['x', 'BF16', [2000], changed],
    ['y', 'I8', [4000], changed]
  ])
  const file = await fileOf(await encodeExact(base, expert, memorySpool()))
  const codes = new Map<unknown, number>()
  for (let i = 0; i < 1000; i++) {
    const damaged = memorySpool()
    await damaged.append(damage(file, i))
    const code = await codeOf(async () => {
      const back = decodeExact(base, await openSafetensors(damaged))
      for (const name of ['x', 'y']) {
        for await (const piece of readPieces(back, name))
          if (Buffer.compare(piece, changed) !== 0) t.fail('another expert came out')
      }
    })
    codes.set(code, (codes.get(code) ?? 0) + 1)
  }
  for (const code of ['SAFETENSORS_INVALID', 'DELTA_INVALID', 'DELTA_SHA256'])
    t.ok(codes.has(code), `${code} ${codes.get(code)} times`)
})
