import fc from 'fast-check'
import t from 'tap'
import { readCounts, STATES, scaleCounts, takeUint32, tokenOf, writeCounts } from '../src/table.ts'

const sum = (counts: Iterable<number>) => [...counts].reduce((a, b) => a + b, 0)

t.test('tokens grow with their numbers; those of 32 bits fit in a byte', async t => {
  t.strictSame([0, 7, 8, 15, 16, 17, 18, 31, 32].map(tokenOf), [0, 7, 8, 15, 16, 16, 17, 23, 24])
  t.strictSame([2 ** 8 - 1, 2 ** 16 - 1, 2 ** 32 - 1].map(tokenOf), [47, 111, 239])
})

const frequencies = fc
  .array(fc.oneof(fc.constant(0), fc.nat(5), fc.nat(1e6)), { minLength: 256, maxLength: 256 })
  .filter(list => list.some(frequency => frequency > 0))

t.test('scaled counts sum to the states; a token keeps a count exactly where it comes', async t => {
  fc.assert(
    fc.property(frequencies, list => {
      const counts = scaleCounts(Uint32Array.from(list))
      t.equal(sum(counts), STATES)
      t.ok(list.every((frequency, i) => frequency > 0 === counts[i]! > 0))
    })
  )
})

t.test('scaled counts are near the frequencies, and a lone token has them all', async t => {
  const lone = new Uint32Array(256)
  lone[9] = 1
  t.equal(scaleCounts(lone)[9], STATES)
  const even = new Uint32Array(256).fill(1, 0, 3)
  t.strictSame([...scaleCounts(even)].slice(0, 3).sort(), [682, 683, 683])
})

t.test('what rounding leaves over goes to tokens that come', async t => {
  const even = new Uint32Array(256).fill(1, 3, 9)
  const counts = [...scaleCounts(even)]
  t.strictSame(counts.slice(3, 9).sort(), [341, 341, 341, 341, 342, 342])
  t.equal(sum(counts.slice(3, 9)), STATES)
})

t.test('counts come back from their bytes', async t => {
  fc.assert(
    fc.property(frequencies, list => {
      const counts = scaleCounts(Uint32Array.from(list))
      const bytes = Uint8Array.from(writeCounts(counts))
      const from = { bytes, at: 0 }
      const back = new Uint16Array(256)
      readCounts(from, 255, back)
      t.strictSame(back, counts)
      t.equal(from.at, bytes.length)
    })
  )
})

t.test('bytes that are no counts are refused', async t => {
  const read = (...bytes: number[]) =>
    readCounts({ bytes: Uint8Array.from(bytes), at: 0 }, 111, new Uint16Array(256))
  read(0, 128 + 8, 0)
  t.throws(() => read(), /ends too soon/)
  t.throws(() => read(0, 128 + 8), /ends too soon/)
  t.throws(() => read(112, 0, 111, 128 + 8, 0), /token 112, at most 111/)
  t.throws(() => read(0, 128 + 8, 1), /sum to 2049/)
  t.throws(() => read(0, 128 + 7, 255), /sum to 2047/)
  t.throws(() => read(1, 128 + 8, 0, 0, 0), /count of its last token 1 is 0/)
  t.throws(() => read(1, 0, 255), /sum to 0/, 'a run of zeros beyond the last token')
  t.throws(() => read(3, 255, 255, 255, 255, 255, 255, 255, 255), /sum to 131068/)
})

t.test('numbers of 32 bits are unsigned and complete', async t => {
  t.equal(takeUint32({ bytes: Uint8Array.of(1, 0, 0, 255), at: 0 }), 255 * 2 ** 24 + 1)
  t.throws(() => takeUint32({ bytes: Uint8Array.of(1, 0, 0), at: 0 }), RangeError)
})
