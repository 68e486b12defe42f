import fc from 'fast-check'
import t from 'tap'
import { MAX_BLOCKS, returnBlocks, takeBlocks } from '../../src/kernels/memory.ts'
import { searchThreshold, trim } from '../../src/kernels/trim.ts'
import { bits, inBlocks, PRECISIONS } from './blocks.ts'

const element = fc.oneof(
  fc.constantFrom(0, 1, -1, 2, -2, Number.NaN, Infinity),
  fc.float({ min: -3, max: 3 }),
  fc.double({ min: -1e-30, max: 1e-30 })
)

/** Which elements have the largest |value − base|, the first of equals: NaN above all, 0 never. */
function largest(changes: readonly number[], kept: number): Set<number> {
  const magnitude = (i: number) => (Number.isNaN(changes[i]) ? Infinity : Math.abs(changes[i]!))
  const isNan = (i: number) => Number(Number.isNaN(changes[i]))
  const order = [...changes.keys()]
    .filter(i => changes[i] !== 0)
    .sort((a, b) => isNan(b) - isNan(a) || magnitude(b) - magnitude(a) || a - b)
  return new Set(order.slice(0, kept))
}

for (const { precision, round, array } of PRECISIONS) {
  t.test(`the largest changes are kept, as a sort finds them, in ${precision}`, async t => {
    const input = fc.tuple(
      fc.array(fc.tuple(element, fc.constantFrom(0, 1, 0.5)), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 40 })
    )
    fc.assert(
      fc.property(input, ([pairs, kept, cut]) => {
        const [values, base] = [0, 1].map(side => array(pairs.map(pair => pair[side as 0 | 1])))
        const changes = [...values!].map((value, i) => round(value - base![i]!))
        const search = searchThreshold(precision, kept)
        const slice = (at: number, end: number) => [values!.slice(at, end), base!.slice(at, end)]
        const parts = [slice(0, cut), slice(cut, values!.length)].filter(([part]) => part!.length)
        while (search.passesLeft > 0) {
          for (const part of parts) {
            inBlocks(part, ([a, b], _, sizeBytes) => search.count(a!, b!, sizeBytes))
          }
          search.endPass()
        }
        let threshold = search.threshold()
        search.close()
        const result = parts.flatMap(part => {
          const [trimmed] = inBlocks(part, ([a, b], _, sizeBytes) => {
            if (threshold) threshold = trim(precision, a!, b!, sizeBytes, threshold)
          })
          return [...trimmed!]
        })
        const left = largest(changes, kept)
        const expected = [...values!].map((value, i) => {
          return left.has(i) || changes[i] === 0 ? value : base![i]!
        })
        // A zero that changes its sign is no change.
        const unsigned = (list: number[]) => list.map(value => (value === 0 ? 0 : value))
        t.equal(bits(array(unsigned(result))), bits(array(unsigned(expected))))
      })
    )
  })
}

t.test('a search gives its block back, and once', async t => {
  const search = searchThreshold('F32', 1)
  search.close()
  search.close()
  const all = takeBlocks(MAX_BLOCKS)
  t.throws(() => takeBlocks(1), { code: 'KERNEL_MEMORY' })
  returnBlocks(all)
})
