import t from 'tap'
import * as kernels from '../src/kernels.ts'

t.test('the parts of the memory follow one another within it, aligned for the kernels', async t => {
  const parts = Object.entries(kernels).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number'
  )
  const addresses = parts.map(([, address]) => address)
  t.ok(addresses.length > 10)
  t.ok(addresses.every(address => address % 16 === 0))
  t.ok(new Set(addresses).size === addresses.length)
  t.ok(Math.max(...addresses) === kernels.STREAM_END && kernels.STREAM_END < kernels.BYTES.length)
})

t.test('a kernel that does not exist is asked for in vain', async t => {
  t.throws(() => kernels.kernel('subtract7'), RangeError)
})
