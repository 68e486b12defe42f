import { join } from 'node:path'
import t from 'tap'
import { MAX_GRADIENTS } from '../../src/jobs/limits.ts'
import { tensors, writeModel } from '../fixtures.ts'
import { kitchen } from '../run-cli.ts'

const at = await kitchen(t)

t.test('fisher makes the files that a Fisher-weighted soup takes', async t => {
  for (const [step, name] of ['a', 'b', 'c'].entries()) {
    await writeModel(join(at.folder, `${name}.safetensors`), tensors(step + 1))
  }
  const made = await at.json<{ sha256: string; samples: number; tensors: number }>(
    ...['fisher', 'a.safetensors', 'b.safetensors', '--out', 'one.fisher.safetensors']
  )
  t.match(made, { sha256: /^[0-9a-f]{64}$/, samples: 2, tensors: 2 })
  await at.json('fisher', 'c.safetensors', '--out', 'two.fisher.safetensors')
  const mix = ['soup', `${at.one}=0.5`, `${at.two}=0.5`, '--method', 'fisher', '--out', 'mix']
  const files = ['--fisher', 'one.fisher.safetensors', '--fisher', 'two.fisher.safetensors']
  t.match(await at.json(...mix, ...files), { tensors: 2 })
  const again = ['soup', '--recipe', 'mix/recipe.json', '--out', 'again']
  t.match(await at.fails(...again), { code: 3, error: { code: 'FISHER_MISSING' } })
})

t.test('fisher replaces no file', async t => {
  const line = ['fisher', 'one.safetensors', '--out', 'two.safetensors']
  t.match(await at.fails(...line), { code: 1, error: { code: 'FILE_EXISTS' } })
})

t.test('as many gradients as the limit says fit; more are refused, as are none', async t => {
  const most = Array.from({ length: MAX_GRADIENTS }, () => 'one.safetensors')
  t.match(await at.json('fisher', ...most, '--out', 'most'), { samples: MAX_GRADIENTS })
  t.match(await at.fails('fisher', ...most, 'two.safetensors', '--out', 'f'), {
    ...{ code: 2, error: { code: 'USAGE', message: /At most 500 gradients fit, got 501/ } }
  })
  t.match(await at.fails('fisher', '--out', 'f'), { code: 2, error: { code: 'USAGE' } })
})
