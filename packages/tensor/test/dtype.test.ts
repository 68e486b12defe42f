import t from 'tap'
import { alignment, elementBits, elementCount, isDtype, tensorBytes } from '../src/dtype.ts'

t.test('every dtype of the format is known', async t => {
  const bits =
    'BOOL:8 F4:4 F6_E2M3:6 F6_E3M2:6 U8:8 I8:8 F8_E5M2:8 F8_E4M3:8 F8_E8M0:8 F8_E4M3FNUZ:8 F8_E5M2FNUZ:8 I16:16 U16:16 F16:16 BF16:16 I32:32 U32:32 F32:32 C64:64 F64:64 I64:64 U64:64'
  for (const [dtype, size] of bits.split(' ').map(pair => pair.split(':'))) {
    t.ok(isDtype(dtype!), dtype!)
    t.equal(isDtype(dtype!) && elementBits(dtype), Number(size), dtype!)
  }
})

t.test('other names are not dtypes, nor are the names of object methods', async t => {
  for (const name of ['', 'f32', 'F128', 'toString', '__proto__']) t.notOk(isDtype(name), name)
})

t.test('elementCount() is the product, 1 for a scalar, undefined past 2^53', async t => {
  t.equal(elementCount([]), 1)
  t.equal(elementCount([2, 3, 4]), 24)
  t.equal(elementCount([2, 0]), 0)
  t.equal(elementCount([2 ** 30, 2 ** 30]), undefined)
  t.equal(elementCount([2 ** 30, 2 ** 30, 0]), undefined, 'as the reference reader: at any step')
})

t.test('tensorBytes() demands whole bytes of packed dtypes', async t => {
  t.equal(tensorBytes('F4', [2, 3]), 3)
  t.equal(tensorBytes('F4', [3]), undefined)
  t.equal(tensorBytes('F6_E2M3', [4]), 3)
  t.equal(tensorBytes('F6_E2M3', [5]), undefined)
  t.equal(tensorBytes('F64', []), 8)
  t.equal(tensorBytes('F64', [2 ** 51]), undefined)
})

t.test('alignment() follows the element, also of an unknown dtype', async t => {
  const of = (dtype: string, shape: number[], sizeBytes: number) =>
    alignment({ dtype, shape, sizeBytes })
  t.equal(of('I64', [1], 8), 8)
  t.equal(of('F32', [1], 4), 4)
  t.equal(of('BF16', [1], 2), 2)
  t.equal(of('F4', [2], 1), 1)
  t.equal(of('X', [3], 12), 4)
  t.equal(of('X', [3], 10), 1)
  t.equal(of('X', [0], 0), 1)
})
