import { type FloatDtype, memoryCheckpoint, readTensor } from '@soup/tensor'
import t from 'tap'
import { areSequential, checkExperts, soupCheckpoint } from '../src/soup-checkpoint.ts'
import { valuesTensor } from '../src/tensors.ts'
import { experts, model, raw, values } from './fixtures.ts'

const base = memoryCheckpoint({
  name: 'the base',
  metadata: [['made', 'by hand']],
  tensors: [
    { name: 'x', dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) },
    { name: 'n', dtype: 'I32', shape: [1], data: Int32Array.of(5) }
  ]
})

/** A soup that is its only term. */
function copy(dtype?: FloatDtype) {
  return soupCheckpoint(
    { base, dtype },
    {
      terms: () => experts([base]),
      isSequential: false,
      floatTensor: (name, to) =>
        valuesTensor([base], name, to, ([value], out) => out.bytes.set(value!.bytes))
    }
  )
}

t.test('floats take the output dtype, others stay, and there is no metadata', async t => {
  t.equal(copy('BF16').tensors.get('x')?.sizeBytes, 4)
  t.strictSame(await values(copy('BF16')), [1, 2])
  t.strictSame(await values(copy()), [1, 2])
  t.equal(copy('BF16').tensors.get('n')?.dtype, 'I32')
  t.strictSame([...(await readTensor(copy('BF16'), 'n'))], [5, 0, 0, 0])
  t.equal(copy().metadata.size, 0)
  t.throws(() => copy('Q4' as FloatDtype), { code: 'SOUP_DTYPE' })
})

t.test("checkExperts() refuses tensors that aren't the base's, by name", async t => {
  const one = model('one', [1, 2])
  checkExperts(one, experts([model('same', [3, 4])]))
  t.throws(() => checkExperts(one, experts([one, model('short', [1])])), {
    code: 'SOUP_MISMATCH',
    message: /^expert 1 doesn't fit the base one: tensor "x" is F32\[1\]/
  })
})

t.test('areSequential() tells whether any term is', async t => {
  const one = raw('I8', [1], Int8Array.of(1))
  t.notOk(areSequential(experts([one, one])))
  t.ok(areSequential(experts([one, { ...one, isSequential: true }])))
})
