import t from 'tap'
import * as kernels from '../src/kernels.ts'
import { EXACT_PIECE_BYTES } from '../src/limits.ts'
import { STATES } from '../src/table.ts'

const { SLACK_BYTES } = kernels

const PIECE = EXACT_PIECE_BYTES

/** What is kept in each part at most, and how far behind that a kernel goes: see assembly. */
const PARTS: Record<string, [bytes: number, behind: number]> = {
  COUNTS: [4 * 256 * 4, 0],
  TABLE: [10 * STATES, 0],
  GAP_TABLE: [10 * STATES, 0],
  TABLE_COUNTS: [2 * 256, 0],
  DEALT: [STATES, 0],
  BASE: [PIECE, 32],
  EXPERT: [PIECE, 32],
  Z: [PIECE / 2, 16],
  UPPER_Z: [PIECE / 2, 16],
  GAPS: [PIECE, 4],
  NUMBERS: [PIECE, 4],
  TOKENS: [PIECE / 2, 8],
  GAP_TOKENS: [PIECE / 2, 8],
  STREAM: [2 * PIECE, SLACK_BYTES],
  STREAM_END: [0, 0]
}

t.test('the parts of the memory lie behind one another, aligned for the kernels', async t => {
  const parts = Object.entries(kernels)
    .filter((entry): entry is [string, number] => typeof entry[1] === 'number')
    .filter(([name]) => name !== 'SLACK_BYTES')
    .sort((a, b) => a[1] - b[1])
  t.strictSame(
    parts.map(([name]) => name),
    Object.keys(PARTS)
  )
  for (const [i, [name, address]] of parts.entries()) {
    const [bytes, behind] = PARTS[name]!
    t.ok(address % 16 === 0, `${name} is aligned`)
    t.ok(behind <= SLACK_BYTES)
    t.ok(address + bytes + behind <= (parts[i + 1]?.[1] ?? kernels.BYTES.length), name)
  }
})

t.test('a row that is not of halves or pairs takes the room of both', async t => {
  t.ok(kernels.Z + PIECE + 16 <= kernels.GAPS)
  t.ok(kernels.TOKENS + PIECE + 8 <= kernels.STREAM)
})

t.test('a kernel that does not exist is asked for in vain', async t => {
  t.throws(() => kernels.kernel('subtract7'), RangeError)
})
