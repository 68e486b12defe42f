import { floatCodec, returnBlocks, takeBlocks } from '@soup/tensor'
import fc from 'fast-check'
import t from 'tap'
import { combine } from '../src/combine.ts'
import { mix, mixedTensor } from '../src/mix.ts'
import { pointwise } from '../src/pointwise.ts'
import { model, values } from './fixtures.ts'

t.test('mix() gives the bits of combine(), whatever the terms hold', async t => {
  const elements = fc.uint8Array({ minLength: 16, maxLength: 16 })
  const lambda = [0.25, 0.5, 0.25]
  for (const dtype of ['F32', 'F16', 'BF16', 'F64'] as const) {
    fc.assert(
      fc.property(fc.tuple(elements, elements, elements), terms => {
        const blocks = takeBlocks(4)
        for (const [k, bytes] of terms.entries()) blocks[k]!.bytes.set(bytes)
        mix(dtype, blocks.slice(0, 3), lambda, blocks[3]!, 16)
        const got = blocks[3]!.bytes.slice(0, 16)
        returnBlocks(blocks)
        const { decode, encode } = floatCodec(dtype)
        const wide = terms.map(bytes => new Float64Array(bytes.slice().buffer))
        const expected =
          dtype === 'F64'
            ? new Uint8Array(combine(wide, lambda).buffer)
            : encode(combine(terms.map(decode), lambda))
        t.strictSame(got, expected, dtype)
      })
    )
  }
})

t.test('mixedTensor() computes on stored elements where it can, else on decoded ones', async t => {
  const seen: string[] = []
  for (const [from, to] of [
    ['BF16', 'BF16'],
    ['BF16', 'F16'],
    ['F8_E4M3', 'F8_E4M3'],
    ['F64', 'F64'],
    ['F64', 'F32']
  ] as const) {
    const terms = [model('a', [1, 2], from), model('b', [3, 4], from)]
    const [info] = terms[0]!.tensors.values()
    const width = { BF16: 2, F16: 2, F8_E4M3: 1, F64: 8, F32: 4 }[to]
    const soup = pointwise({
      name: 'soup',
      tensors: new Map([['x', { ...info!, dtype: to, sizeBytes: 2 * width }]]),
      isSequential: false,
      tensor: name =>
        mixedTensor(terms, name, to, (dtype, inputs, out, sizeBytes) => {
          seen.push(dtype)
          mix(dtype, inputs, [0.5, 0.5], out, sizeBytes)
        })
    })
    t.strictSame(await values(soup), [2, 3], `${from} to ${to}`)
  }
  t.strictSame(seen, ['BF16', 'F32', 'F32', 'F64', 'F32'])
})
