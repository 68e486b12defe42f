import { fileURLToPath } from 'node:url'
import { tasks } from '@soup/tasks'
import { fileSource, memoryCheckpoint, openSafetensors } from '@soup/tensor'
import t from 'tap'
import { policy, policyTensorsOf } from './fixtures.ts'

const task = tasks.get('locomotion')!
const edited = (edit: (tensors: ReturnType<typeof policyTensorsOf>) => unknown) => {
  const tensors = policyTensorsOf()
  edit(tensors)
  return memoryCheckpoint({ name: 'bad.safetensors', tensors })
}
const openBase = async () => await openSafetensors(await fileSource(fileURLToPath(task.baseUrl)))

t.test('the base that ships is a policy that runs forward, farther than it spends', async t => {
  const base = await openBase()
  t.teardown(() => base.close())
  task.checkPolicy(base)
  const [[risky, cautious] = []] = await task.evaluate([base], { seeds: 4, workers: 1 })
  t.equal(risky!.n, 4)
  t.ok(risky!.mean > 1361, `risky ${risky!.mean}`)
  t.ok(risky!.stderr > 0 && risky!.stderr < 100, `standard error ${risky!.stderr}`)
  t.ok(cautious!.mean < risky!.mean, `cautious ${cautious!.mean}`)
})

t.test('checkPolicy() accepts any float dtype', async () => {
  const data = new Uint16Array(32)
  task.checkPolicy(edited(tensors => Object.assign(tensors[3]!, { dtype: 'BF16', data })))
})

t.test('checkPolicy() names file and tensor of what is not a policy', async t => {
  const bias = new Float32Array(32)
  const cases = [
    edited(tensors => tensors.splice(3, 1)),
    edited(tensors => Object.assign(tensors[3]!, { dtype: 'I32' })),
    edited(tensors => Object.assign(tensors[3]!, { shape: [4, 8] }))
  ]
  const expected = { code: 'POLICY_MISMATCH', message: /bad\.safetensors.*"layers\.0\.bias"/ }
  for (const checkpoint of cases) t.throws(() => task.checkPolicy(checkpoint), expected)
  const extra = { name: 'extra', dtype: 'F32', shape: [32], data: bias }
  const checkpoint = edited(tensors => tensors.push(extra))
  t.throws(() => task.checkPolicy(checkpoint), { code: 'POLICY_MISMATCH', message: /"extra"/ })
})

t.test('weights that are not finite are refused before an episode runs', async t => {
  const flawed = edited(tensors => {
    ;(tensors[3]!.data as Float32Array)[3] = Number.NaN
  })
  const expected = { code: 'POLICY_NOT_FINITE', message: /"layers\.0\.bias"/ }
  await t.rejects(task.evaluate([policy(), flawed], { workers: 1 }), expected)
  await t.rejects(task.finetune(flawed, { risky: 1 }, { seed: 1, workers: 1 }), expected)
})

t.test('huge weights give finite rewards', async t => {
  const huge = edited(tensors => {
    for (const { data } of tensors.slice(2)) {
      ;(data as Float32Array).forEach((_, i, all) => {
        all[i] = (i % 2 ? -1 : 1) * 3e38
      })
    }
  })
  const [rewards = []] = await task.evaluate([huge], { seeds: 2, workers: 1 })
  t.ok(rewards.every(({ mean, stderr }) => Number.isFinite(mean) && Number.isFinite(stderr)))
})
