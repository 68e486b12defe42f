import { codeOf, mutateBytes, mutateJson } from '@soup/testing'
import t from 'tap'
import { readPieces } from '../../src/pieces.ts'
import { openSafetensors } from '../../src/safetensors/reader.ts'
import { collect, file, source } from '../fixtures.ts'

const HEADER = JSON.stringify({
  __metadata__: { format: 'pt', 'soup.note': 'ä' },
  'model.norm.weight': { dtype: 'BF16', shape: [4], data_offsets: [0, 8] },
  'a.b': { dtype: 'F32', shape: [2, 1], data_offsets: [8, 16] },
  scalar: { dtype: 'I64', shape: [], data_offsets: [16, 24] },
  empty: { dtype: 'F4', shape: [0, 3], data_offsets: [24, 24] }
})
const DATA = Buffer.alloc(24, 1)

/** Opens a file that may be anything and reads all of it; nothing may be read that the file doesn't have. */
async function readAll(bytes: Uint8Array): Promise<void> {
  const checkpoint = await openSafetensors(source(bytes))
  let total = 0
  for (const name of checkpoint.tensors.keys()) {
    for (const piece of await collect(readPieces(checkpoint, name))) total += piece.length
  }
  if (total > bytes.length) throw new Error(`${total} bytes of a file of ${bytes.length}`)
}

/** Outcomes of many mutations, each named by its seed when it ends in an error without a code. */
async function outcomes(rounds: number, make: (seed: string) => Uint8Array, name: string) {
  const seen = new Map<string | undefined, number>()
  for (let round = 0; round < rounds; round++) {
    const seed = `${name} ${round}`
    const code = await codeOf(() => readAll(make(seed))).catch(cause => {
      throw new Error(`seed ${seed}`, { cause })
    })
    seen.set(code, (seen.get(code) ?? 0) + 1)
  }
  return seen
}

t.test('a damaged header opens or is refused with a code', async t => {
  const seen = await outcomes(2000, seed => file(mutateJson(HEADER, seed), DATA), 'header')
  t.strictSame([...seen.keys()].sort(), ['SAFETENSORS_INVALID', undefined])
  t.ok(seen.get(undefined)! > 10, 'some are still valid')
})

t.test('a damaged file opens or is refused with a code', async t => {
  const whole = file(HEADER, DATA)
  const seen = await outcomes(2000, seed => mutateBytes(whole, seed), 'file')
  t.strictSame([...seen.keys()].sort(), ['SAFETENSORS_INVALID', undefined])
  t.ok(seen.get(undefined)! > 10, 'some are still valid')
})
