import fc from 'fast-check'
import t from 'tap'
import { type Selection, selector, selectTop, visitRanks } from '../../src/lossy/ranks.ts'

/** Chooses among ranks that come in runs of three. */
async function choose(ranks: Uint32Array, k: number): Promise<{ of: Selection; at: number[] }> {
  const runs = Array.from({ length: Math.ceil(ranks.length / 3) }, (_, i) =>
    ranks.subarray(3 * i, 3 * i + 3)
  )
  const of = await selectTop(async visit => {
    for (const run of runs) visit(run)
  }, k)
  const [select, positions] = [selector(of), new Uint32Array(ranks.length)]
  let count = 0
  runs.forEach((run, i) => {
    count = select(run, 3 * i, positions, count)
  })
  return { of, at: [...positions.subarray(0, count)] }
}

t.test('the k largest ranks are chosen, the first of equal ones, never rank 0', async () => {
  const rank = fc.oneof(fc.nat(3), fc.nat(2 ** 31 - 1), fc.constantFrom(2 ** 15, 2 ** 15 + 1))
  await fc.assert(
    fc.asyncProperty(
      fc.array(rank, { maxLength: 40 }),
      fc.integer({ min: 1, max: 40 }),
      async (list, k) => {
        const expected = list
          .map((value, at) => ({ value, at }))
          .filter(({ value }) => value > 0)
          .sort((a, b) => b.value - a.value || a.at - b.at)
          .slice(0, k)
          .map(({ at }) => at)
          .sort((a, b) => a - b)
        const { at } = await choose(Uint32Array.from(list), k)
        return JSON.stringify(at) === JSON.stringify(expected)
      }
    ),
    { numRuns: 300 }
  )
})

t.test('a rank follows the size of the change; a change of sign alone counts least', t => {
  const bytes = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer)
  const pair = { expert: bytes(1, -0, 5, 1, 2, 7), base: bytes(1, 0, 5.5, 3, 2.25, 7 - 2 ** -19) }
  visitRanks(pair, 'F32', ranks => {
    const [same, sign, half, two, quarter, last] = ranks
    t.strictSame([same, sign], [0, 1])
    t.ok(two! > half! && half! > quarter! && quarter! > last! && last! > 1)
  })
  const doubles = (value: number) => new Uint8Array(Float64Array.of(value).buffer)
  visitRanks({ expert: doubles(1e-200), base: doubles(0) }, 'F64', ranks => {
    t.strictSame([...ranks], [1], 'a change below every f32')
  })
  t.end()
})
