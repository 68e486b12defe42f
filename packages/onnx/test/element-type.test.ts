import t from 'tap'
import {
  elementCode,
  elementsBytes,
  elementType,
  isFixed,
  STRING_CODE,
  typedStorage
} from '../src/element-type.ts'

t.test('elementType() knows every type of numbers by its code, and no strings', async t => {
  t.equal(elementType(1), 'FLOAT')
  t.equal(elementType(16), 'BFLOAT16')
  t.equal(elementType(26), 'INT2')
  for (const code of [0, STRING_CODE, 27, -1]) t.equal(elementType(code), undefined)
  for (let code = 1; code < 27; code++) {
    const type = elementType(code)
    if (type !== undefined) t.equal(elementCode(type), code)
  }
})

t.test('elementsBytes() rounds packed elements up to bytes and refuses what overflows', async t => {
  t.equal(elementsBytes('FLOAT', []), 4)
  t.equal(elementsBytes('FLOAT', [2, 0]), 0)
  t.equal(elementsBytes('INT4', [3]), 2)
  t.equal(elementsBytes('UINT2', [5]), 2)
  t.equal(elementsBytes('COMPLEX128', [3]), 48)
  t.equal(elementsBytes('INT8', [2 ** 30, 2 ** 30]), undefined)
})

t.test('typedStorage() names the field, its number and the bytes of one value', async t => {
  t.same(typedStorage('FLOAT'), { field: 'floatData', id: 4, widthBytes: 4 })
  t.same(typedStorage('COMPLEX64'), { field: 'floatData', id: 4, widthBytes: 4 })
  t.same(typedStorage('COMPLEX128'), { field: 'doubleData', id: 10, widthBytes: 8 })
  t.same(typedStorage('BFLOAT16'), { field: 'int32Data', id: 5, widthBytes: 2 })
  t.same(typedStorage('INT4'), { field: 'int32Data', id: 5, widthBytes: 1 })
  t.same(typedStorage('INT64'), { field: 'int64Data', id: 7, widthBytes: 8 })
  t.same(typedStorage('UINT32'), { field: 'uint64Data', id: 11, widthBytes: 4 })
})

t.test('isFixed() tells what is stored as in raw_data', async t => {
  t.ok(isFixed('FLOAT') && isFixed('DOUBLE') && isFixed('COMPLEX64'))
  t.notOk(isFixed('FLOAT16') || isFixed('INT64') || isFixed('UINT32'))
})
