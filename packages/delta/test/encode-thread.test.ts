import t from 'tap'
import { begin, type EncodeInput } from '../src/encode-thread.ts'
import { EXACT_PIECE_BYTES, RUN_BYTES } from '../src/limits.ts'
import { decodePiece } from '../src/piece.ts'
import { cutRuns } from '../src/runs.ts'
import { closed, openCheckpoint, type VirtualInput } from './virtual.ts'

const module = new URL('./virtual.ts', import.meta.url).href
const BASE: VirtualInput = { name: 'base', sizeBytes: RUN_BYTES + 2, change: 0 }
const EXPERT: VirtualInput = { ...BASE, name: 'expert', change: 1 }

async function input(): Promise<EncodeInput> {
  return {
    base: { module, input: BASE },
    expert: { module, input: EXPERT },
    runs: cutRuns(await openCheckpoint(EXPERT)),
    slots: new Uint8Array(new SharedArrayBuffer(RUN_BYTES)),
    written: new Int32Array(new SharedArrayBuffer(4))
  }
}

t.test('a run leaves its pieces in its slot and answers their lengths', async t => {
  const told = await input()
  const member = await begin(told, () => {})
  const [lengths] = await member.run(0)
  t.equal(lengths?.length, RUN_BYTES / EXACT_PIECE_BYTES)
  const read = async (of: VirtualInput) => {
    const piece = new Uint8Array(EXACT_PIECE_BYTES)
    await (await openCheckpoint(of)).open('x').read(piece)
    return piece
  }
  const piece = await read(BASE)
  decodePiece(told.slots.slice(0, lengths![0]), piece, { width: 2, isFloat: true })
  t.ok(Buffer.compare(piece, await read(EXPERT)) === 0)
  await member.end()
})

t.test('a run whose slot is taken waits until that is written, or the work is stopped', async t => {
  const told = await input()
  let checks = 0
  const member = await begin(told, () => {
    if (++checks > 2) throw new Error('stopped')
  })
  await t.rejects(member.run(1), /stopped/)
  t.equal(checks, 3)
  Atomics.store(told.written, 0, 1)
  checks = 0
  t.strictSame(await member.run(1), [[0]], 'the last element did not change')
  await member.end()
})

t.test(
  'both checkpoints are closed at the end, and the base where the expert can not be opened',
  async t => {
    const told = await input()
    closed.length = 0
    await (await begin(told, () => {})).end()
    t.strictSame(closed, ['base', 'expert'])
    await t.rejects(begin({ ...told, expert: { module: 'file:///none.ts', input: {} } }, () => {}))
    t.strictSame(closed, ['base', 'expert', 'base'])
  }
)
