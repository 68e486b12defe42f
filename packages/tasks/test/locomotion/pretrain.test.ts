import { readFloats, readTensor } from '@soup/tensor'
import t from 'tap'
import { evaluate } from '../../src/locomotion/evaluate.ts'
import { pretrain } from '../../src/locomotion/pretrain.ts'

t.test(
  'pre-training gives a policy with statistics of its own, the same for the same seed',
  async t => {
    const stages = new Set<string>()
    const onProgress = ({ stage }: { stage: string }) => void stages.add(stage)
    const base = await pretrain({ seed: 1, iterations: 4, workers: 1, onProgress })
    const again = await pretrain({ seed: 1, iterations: 4, workers: 2 })
    for (const name of base.tensors.keys()) {
      t.same(await readTensor(base, name), await readTensor(again, name), name)
    }
    t.ok(stages.size > 1, 'several stages')
    const deviation = await readFloats(base, 'observation.std')
    t.ok(deviation.every(value => value > 0 && value !== 1))
    const [[risky] = []] = await evaluate([base], { seeds: 1, workers: 1 })
    t.ok(Number.isFinite(risky?.mean))
  }
)

t.test('a number of iterations that is none is refused', async t => {
  for (const iterations of [-1, 0.5, Number.NaN]) {
    await t.rejects(pretrain({ seed: 1, iterations }), RangeError)
  }
})
