import { join } from 'node:path'
import t from 'tap'
import { startPython } from './python-worker.ts'
import { startSoupNode } from './soup-node.ts'

const CASES = [
  { title: 'of bf16 experts in f32', dtype: 'bfloat16', out: 'F32', lambda: [0.3, 0.5, 0.2] },
  { title: 'of f32 experts in f32', dtype: 'float32', out: 'F32', lambda: [0.3, 0.5, 0.2] },
  { title: 'of bf16 experts in bf16', dtype: 'bfloat16', out: 'BF16', lambda: [0.1, 0.1, 0.8] },
  { title: 'off the simplex in f32', dtype: 'float32', out: 'F32', lambda: [1.5, -0.75, 0.5] }
]

const TORCH_DTYPES: Readonly<Record<string, string>> = { F32: 'float32', BF16: 'bfloat16' }

interface SoupError {
  worst: number
}

const python = startPython()
t.teardown(() => python.close())

/** Our soup as mergekit knows it: Σ λᵢθᵢ over the experts and the base, not divided by Σλ. */
function configuration(
  base: string,
  experts: readonly string[],
  lambda: readonly number[],
  out: string
): object {
  const rest = 1 - lambda.reduce((sum, value) => sum + value, 0)
  const weights = [...lambda, rest].map(weight => ({ weight }))
  return {
    merge_method: 'linear',
    models: [...experts, base].map((model, i) => ({ model, parameters: weights[i] })),
    parameters: { normalize: false },
    dtype: 'float32',
    out_dtype: TORCH_DTYPES[out]
  }
}

for (const { title, dtype, out, lambda } of CASES) {
  t.test(`mergekit's linear and our soup ${title} differ by rounding alone`, async t => {
    const folder = t.testdir()
    const [base, ...experts] = await python.call<[string, ...string[]]>('write_models', {
      ...{ folder, dtype, tied: true, experts: 3, biases: false } // mergekit drops a Llama's biases
    })
    const node = await startSoupNode(folder)
    const id = await node.addBase(join(base, 'model.safetensors'))
    const ids = await node.publishAll(experts, id)
    const [ours, theirs] = [join(folder, 'ours'), join(folder, 'theirs')]
    const ingredients = ids.map((expert, i) => `${expert}=${lambda[i]}`)
    await node.run('soup', ...ingredients, '--out', ours, '--dtype', out, '--extrapolate')
    await python.call('merge', {
      configuration: configuration(base, experts, lambda, out),
      out: theirs
    })

    const exact = { base, experts, coefficients: lambda }
    const our = await python.call<SoupError>('soup_error', { soup: ours, ...exact })
    const their = await python.call<SoupError>('soup_error', { soup: theirs, ...exact })
    const apart = await python.call<number>('largest_difference', { one: ours, other: theirs })
    t.comment(
      `errors in units of what rounding allows: ours ${our.worst.toFixed(3)}, mergekit's ${their.worst.toFixed(3)}; apart ${apart.toExponential(1)} of a tensor's largest element`
    )
    t.ok(our.worst <= 1, 'our soup is the exact one but for rounding')
    t.ok(their.worst <= 1, "mergekit's is the exact one but for rounding")
  })
}
