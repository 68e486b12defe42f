import { type FloatDtype, floatBytes, PIECE_BYTES } from '@soup/tensor'
import t from 'tap'
import { MAX_VALUES, updateValues, visitValues } from '../../src/lossy/values.ts'
import { noise } from '../fixtures.ts'

const DTYPES: FloatDtype[] = [
  'F64',
  'F32',
  'F16',
  'BF16',
  'F8_E4M3',
  'F8_E5M2',
  'F8_E4M3FNUZ',
  'F8_E5M2FNUZ'
]

for (const dtype of DTYPES) {
  t.test(`every element of a piece of ${dtype} is seen once, in order`, async t => {
    const count = Math.min(2 * MAX_VALUES + 3, PIECE_BYTES / floatBytes(dtype))
    const piece = new Uint8Array(count * floatBytes(dtype))
    let next = 0
    visitValues([piece, piece], dtype, ([values, same], at) => {
      t.equal(at, next)
      t.equal(values?.length, same?.length)
      next += values!.length
    })
    t.equal(next, count)
  })

  t.test(`what overflows ${dtype} becomes its largest finite number`, async t => {
    const piece = new Uint8Array(4 * floatBytes(dtype))
    const huge = dtype === 'F64' ? Infinity : 3.4e38
    updateValues(piece, dtype, values => values.set([huge, -huge, 1, -0.5]))
    visitValues([piece], dtype, ([values]) => {
      t.ok([...values!].every(Number.isFinite), `${values}`)
      t.ok(values![0]! >= 240)
      t.equal(values![0], -values![1]!)
      t.strictSame([...values!.slice(2)], [1, -0.5])
    })
  })
}

t.test('a piece that is not changed keeps its bits, and sees the pieces beside it', async t => {
  const [piece, other] = [noise(1, 4096).map(byte => byte & 0x7e), noise(2, 4096)]
  const before = piece.slice()
  updateValues(
    piece,
    'BF16',
    (_, at, [beside]) => {
      t.equal(at, 0)
      t.equal(beside?.length, 2048)
    },
    [other]
  )
  t.strictSame(piece, before)
})
