import t from 'tap'
import type { Checkpoint } from '../src/checkpoint.ts'
import { PIECE_BYTES } from '../src/limits.ts'
import { memoryCheckpoint } from '../src/memory-checkpoint.ts'
import { exactPieces, pieceSizes, readInStep } from '../src/pieces.ts'
import { collect } from './fixtures.ts'

/** 0, 1, piece−1, piece, piece+1, several. */
const SIZES = [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES + 7]

t.test('pieceSizes() are full but for the last', async t => {
  t.strictSame([...pieceSizes(0)], [])
  t.strictSame([...pieceSizes(PIECE_BYTES)], [PIECE_BYTES])
  t.strictSame([...pieceSizes(PIECE_BYTES + 1)], [PIECE_BYTES, 1])
})

t.test('exactPieces() keeps the bytes, whatever the chunks', async t => {
  for (const size of SIZES) {
    const bytes = Uint8Array.from({ length: size }, (_, i) => i % 251)
    for (const chunk of [1000003, PIECE_BYTES, 2 * PIECE_BYTES + 1]) {
      const pieces = await collect(exactPieces(cut(bytes, chunk)))
      t.strictSame(
        pieces.map(piece => piece.length),
        [...pieceSizes(size)]
      )
      t.ok(Buffer.compare(Buffer.concat(pieces), bytes) === 0, `${size} in chunks of ${chunk}`)
    }
  }
})

t.test('readInStep() hands out one piece of each', async t => {
  const [a, b] = [filled(PIECE_BYTES + 1, 1), filled(PIECE_BYTES + 1, 2)]
  const steps: number[][] = []
  for await (const pieces of readInStep([a, b], 'x')) {
    steps.push(pieces.flatMap(piece => [piece.length, piece[0]!]))
  }
  t.strictSame(steps, [
    [PIECE_BYTES, 1, PIECE_BYTES, 2],
    [1, 1, 1, 2]
  ])
})

t.test('readInStep() names the checkpoint that is shorter or longer', async t => {
  for (const [first, second] of [
    [2, 1],
    [1, 2],
    [PIECE_BYTES + 1, PIECE_BYTES],
    [0, 1]
  ] as const) {
    const reading = collect2(readInStep([filled(first, 0), filled(second, 0)], 'x'))
    await t.rejects(reading, {
      code: 'TENSOR_INCOMPLETE',
      details: { checkpoint: `${second} bytes` }
    })
  }
})

t.test('readInStep() ends every stream when its consumer stops', async t => {
  let ended = 0
  const endless: Checkpoint = {
    ...filled(0, 0),
    async *read() {
      try {
        for (;;) yield new Uint8Array(1)
      } finally {
        ended++
      }
    }
  }
  for await (const _ of readInStep([endless, endless], 'x')) break
  t.equal(ended, 2)
})

async function* cut(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size)
}

async function collect2(steps: AsyncIterable<Uint8Array[]>): Promise<void> {
  for await (const _ of steps);
}

function filled(size: number, value: number): Checkpoint {
  const data = new Uint8Array(size).fill(value)
  return memoryCheckpoint({
    name: `${size} bytes`,
    tensors: [{ name: 'x', dtype: 'U8', shape: [size], data }]
  })
}
