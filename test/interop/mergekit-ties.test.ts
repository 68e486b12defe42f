import { join } from 'node:path'
import t from 'tap'
import { startPython } from './python-worker.ts'
import { ingredientsOf, startSoupNode } from './soup-node.ts'

interface Case {
  title: string
  density: number
  lambda: number[]
  scale?: number
  normalize?: boolean
  dtype?: string
  method?: string
}

const CASES: readonly Case[] = [
  { title: 'of f32 experts', density: 0.2, lambda: [0.3, 0.5, 0.2] },
  { title: 'of f32 experts, half trimmed', density: 0.5, lambda: [0.3, 0.5, 0.2] },
  { title: 'of f32 experts, untrimmed', density: 1, lambda: [0.3, 0.5, 0.2] },
  { title: 'scaled', density: 0.2, lambda: [0.3, 0.5, 0.2], scale: 0.7 },
  { title: 'as a sum', density: 0.2, lambda: [1, 1, 1], normalize: false, scale: 0.4 },
  { title: 'with a negative λ', density: 0.5, lambda: [1.2, -0.4, 0.2], normalize: false },
  { title: 'of bf16 experts in f32', density: 0.2, lambda: [0.3, 0.5, 0.2], dtype: 'bfloat16' },
  {
    title: 'as dare_ties that drops nothing',
    ...{ density: 1, lambda: [0.3, 0.5, 0.2], normalize: false, method: 'dare-ties' }
  }
]

interface TiesErrors {
  worst: [number, number]
  undefined: number
  total: number
}

const python = startPython()
t.teardown(() => python.close())

for (const { title, density, lambda, ...rest } of CASES) {
  const { scale = 1, normalize = true, dtype = 'float32', method = 'ties' } = rest
  t.test(`mergekit's ties and ours ${title} differ by rounding alone`, async t => {
    const folder = t.testdir()
    const [base, ...experts] = await python.call<[string, ...string[]]>('write_models', {
      ...{ folder, dtype, tied: true, experts: 3, biases: false } // mergekit drops a Llama's biases
    })
    const node = await startSoupNode(folder)
    const ids = await node.publishAll(experts, await node.addBase(base))
    const [ours, theirs] = [join(folder, 'ours'), join(folder, 'theirs')]
    const settings = { density, scale, normalize: Number(normalize) }
    await node.run(
      ...['soup', ...ingredientsOf(ids, lambda), '--out', ours, '--dtype', 'F32', '--extrapolate'],
      ...[
        '--method',
        method,
        ...Object.entries(settings).flatMap(([k, v]) => ['--set', `${k}=${v}`])
      ]
    )
    const configuration = {
      merge_method: method.replace('-', '_'),
      base_model: base,
      models: experts.map((model, i) => ({ model, parameters: { weight: lambda[i], density } })),
      parameters: { normalize, lambda: scale },
      ...{ dtype: 'float32', out_dtype: 'float32' }
    }
    await python.call('merge', { configuration, out: theirs })

    const result = await python.call<TiesErrors>('ties_errors', {
      soups: [ours, theirs],
      ...{ base, experts, coefficients: lambda, density, scale, normalize }
    })
    const { worst } = result
    t.comment(
      `errors in units of what rounding allows: ours ${worst[0].toFixed(3)}, mergekit's ${worst[1].toFixed(3)}; not defined in ${result.undefined} of ${result.total} elements`
    )
    t.ok(worst[0] <= 1, 'our soup is the exact one but for rounding')
    t.ok(worst[1] <= 1, "mergekit's is the exact one but for rounding")
  })
}
