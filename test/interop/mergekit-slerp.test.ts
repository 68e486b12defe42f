import { join } from 'node:path'
import t from 'tap'
import { startPython } from './python-worker.ts'
import { ingredientsOf, startSoupNode } from './soup-node.ts'

/** `size` is how far experts move from their base, relative to the weights: fine-tunes are nearly colinear. */
const CASES = [
  { title: 'of f32 experts far apart', dtype: 'float32', out: 'F32', size: 1, time: 0.3 },
  { title: 'of f32 experts some way apart', dtype: 'float32', out: 'F32', size: 0.1, time: 0.3 },
  { title: 'of f32 fine-tunes', dtype: 'float32', out: 'F32', size: 1e-2, time: 0.3 },
  { title: 'of bf16 experts in f32', dtype: 'bfloat16', out: 'F32', size: 1, time: 0.75 },
  { title: 'of bf16 experts in bf16', dtype: 'bfloat16', out: 'BF16', size: 1, time: 0.5 }
]

/** mergekit sums the cosine's products in f32, we in f64. */
const COSINE_ERROR = 2 ** -20

const TORCH_DTYPES: Readonly<Record<string, string>> = { F32: 'float32', BF16: 'bfloat16' }

interface SlerpErrors {
  worst: [number, number]
  arcs: number
  lines: number
}

const python = startPython()
t.teardown(() => python.close())

for (const { title, dtype, out, size, time } of CASES) {
  t.test(`mergekit's slerp and ours ${title} differ by rounding alone`, async t => {
    const folder = t.testdir()
    const [base, one, other] = await python.call<[string, string, string]>('write_models', {
      ...{ folder, dtype, tied: true, experts: 2, size, biases: false } // mergekit drops a Llama's biases
    })
    const node = await startSoupNode(folder)
    const ids = await node.publishAll([one, other], await node.addBase(base))
    const [ours, theirs] = [join(folder, 'ours'), join(folder, 'theirs')]
    const ingredients = ingredientsOf(ids, [1 - time, time])
    await node.run(...['soup', ...ingredients, '--method', 'slerp', '--out', ours, '--dtype', out])
    const configuration = {
      merge_method: 'slerp',
      base_model: one,
      models: [{ model: one }, { model: other }],
      parameters: { t: time },
      ...{ dtype: 'float32', out_dtype: TORCH_DTYPES[out] }
    }
    await python.call('merge', { configuration, out: theirs })

    const soups = [ours, theirs]
    const { worst, arcs, lines } = await python.call<SlerpErrors>('slerp_errors', {
      ...{ soups, one, other, t: time, cosine_errors: [0, COSINE_ERROR] }
    })
    const apart = await python.call<number>('largest_difference', { one: ours, other: theirs })
    t.comment(
      `${arcs} tensors on an arc, ${lines} on a line; errors in units of what rounding allows: ours ${worst[0].toFixed(3)}, mergekit's ${worst[1].toFixed(3)}; apart ${apart.toExponential(1)} of a tensor's largest element`
    )
    t.ok(size === 1e-2 ? lines > arcs : arcs > lines, 'the case is what it says')
    t.ok(worst[0] <= 1, 'our soup is the exact one but for rounding')
    t.ok(worst[1] <= 1, "mergekit's is the exact one but for rounding")
  })
}
