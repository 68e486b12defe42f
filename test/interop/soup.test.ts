import { join } from 'node:path'
import t from 'tap'
import { startPython } from './python-worker.ts'
import { addConfiguration, startSoupNode } from './soup-node.ts'

const CASES = [
  { title: 'of bf16 experts', dtype: 'bfloat16', lambda: [0.3, 0.5, 0.2], options: [] },
  { title: 'of f32 experts', dtype: 'float32', lambda: [0.3, 0.5, 0.2], options: [] },
  { title: 'in f32', dtype: 'bfloat16', lambda: [0.7, 0.1, 0.2], options: ['--dtype', 'F32'] },
  { title: 'in f16', dtype: 'float32', lambda: [0.7, 0.1, 0.2], options: ['--dtype', 'F16'] },
  {
    title: 'off the simplex',
    dtype: 'bfloat16',
    lambda: [1.5, -0.75, 0.5],
    options: ['--extrapolate']
  }
]

const python = startPython()
t.teardown(() => python.close())

for (const { title, dtype, lambda, options } of CASES) {
  t.test(`a soup ${title} is torch's in f64, rounded`, async t => {
    const folder = t.testdir()
    const [base, ...experts] = await python.call<[string, ...string[]]>('write_models', {
      ...{ folder, dtype, tied: true, experts: 3 }
    })
    const node = await startSoupNode(folder)
    const id = await node.addBase(join(base, 'model.safetensors'))
    const ids = await node.publishAll(experts, id)
    const ingredients = ids.map((expert, i) => `${expert}=${lambda[i]}`)
    const out = join(folder, 'out')
    await node.run('soup', ...ingredients, '--out', out, ...options)

    const { worst, changed } = await python.call<{ worst: number; changed: number }>('soup_error', {
      ...{ soup: out, base, experts, coefficients: lambda }
    })
    t.comment(`largest error: ${worst.toFixed(2)} of what rounding allows`)
    t.ok(worst <= 1, 'no element is off by more than rounding')
    t.ok(changed > 10_000, 'the soup is no base')
    await addConfiguration(out, base)
    await python.call('logits', { path: out }) // throws where the model doesn't load or gives NaN
  })
}
