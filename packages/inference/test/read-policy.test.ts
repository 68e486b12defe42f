import { floatCodec, type MemoryTensor, memoryCheckpoint } from '@soup/tensor'
import t from 'tap'
import { checkPolicy, policyTensors, readPolicy } from '../src/index.ts'
import { somePolicy } from './fixtures.ts'

const LAYERS = [3, 4, 2]

function checkpoint(change: Record<string, Partial<MemoryTensor>> = {}, extra: string[] = []) {
  const policy = somePolicy(LAYERS, 1)
  const tensors = policyTensors(LAYERS).map(({ name, shape }) => ({
    name,
    dtype: 'F32',
    shape,
    data: policy.get(name)!,
    ...change[name]
  }))
  const more = extra.map(name => ({ name, dtype: 'F32', shape: [0], data: new Float32Array(0) }))
  return memoryCheckpoint({ name: 'expert.safetensors', tensors: [...tensors, ...more] })
}

t.test('readPolicy() gives the tensors of a float32 checkpoint', async t => {
  t.same(await readPolicy(checkpoint(), LAYERS), somePolicy(LAYERS, 1))
})

t.test('readPolicy() decodes bfloat16 tensors', async t => {
  const data = floatCodec('BF16').encode(Float32Array.from([0.5, -2]))
  const tensors = await readPolicy(checkpoint({ 'layers.1.bias': { dtype: 'BF16', data } }), LAYERS)
  t.same([...tensors.get('layers.1.bias')!], [0.5, -2])
})

t.test('checkPolicy() and readPolicy() name the tensor that does not fit', async t => {
  const bias = { shape: [3], data: new Float32Array(3) }
  const dtype = { dtype: 'I32', data: new Int32Array(2) }
  const cases = [
    [checkpoint({}, ['value.weight']), /"value.weight" does not belong to a policy/],
    [checkpoint({ 'layers.1.bias': { name: 'b' } }), /"layers.1.bias" is missing/],
    [checkpoint({ 'layers.1.bias': bias }), /"layers.1.bias" has the shape \[3\], expected \[2\]/],
    [checkpoint({ 'layers.1.bias': dtype }), /"layers.1.bias" has the dtype I32/]
  ] as const
  for (const [source, message] of cases) {
    t.throws(() => checkPolicy(source, LAYERS), { code: 'POLICY_MISMATCH', message })
    await t.rejects(readPolicy(source, LAYERS), { code: 'POLICY_MISMATCH', message })
  }
  t.doesNotThrow(() => checkPolicy(checkpoint(), LAYERS))
})

t.test('readPolicy() refuses values that a policy can’t compute with', async t => {
  const cases: [string, number, RegExp][] = [
    ['layers.0.bias', Number.NaN, /"layers.0.bias" holds NaN at 1/],
    ['observation.mean', -Infinity, /"observation.mean" holds -Infinity at 1/],
    ['observation.std', 0, /"observation.std" holds 0 at 1, expected a finite number above 0/],
    ['observation.std', -1, /"observation.std" holds -1 at 1/]
  ]
  for (const [name, value, message] of cases) {
    const data = somePolicy(LAYERS, 1).get(name)!.with(1, value)
    await t.rejects(readPolicy(checkpoint({ [name]: { data } }), LAYERS), {
      code: 'POLICY_NOT_FINITE',
      message
    })
  }
})
