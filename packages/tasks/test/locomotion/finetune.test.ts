import { type Checkpoint, readTensor } from '@soup/tensor'
import t from 'tap'
import { batchObjective, finetune } from '../../src/locomotion/finetune.ts'
import { FROZEN_TENSORS } from '../../src/locomotion/policy.ts'
import { policy } from './fixtures.ts'

const bytes = async (checkpoint: Checkpoint) =>
  await Promise.all([...checkpoint.tensors.keys()].map(name => readTensor(checkpoint, name)))
const short = { iterations: 1, workers: 1 }

t.test('an expert depends on seed and mix, not on the number of workers', async t => {
  const base = policy()
  const expert = await bytes(await finetune(base, { risky: 1 }, { ...short, seed: 1 }))
  const many = { ...short, workers: 4, seed: 1 }
  t.same(await bytes(await finetune(base, { risky: 1 }, many)), expert)
  t.notSame(await bytes(await finetune(base, { risky: 1 }, { ...short, seed: 2 })), expert)
  t.notSame(await bytes(await finetune(base, { cautious: 1 }, { ...short, seed: 1 })), expert)
})

t.test('an expert has the tensors of its base; the statistics are untouched', async t => {
  const base = policy()
  const mix = { risky: 0.5, cautious: 0.5 }
  const expert = await finetune(base, mix, { ...short, seed: 1 })
  t.same([...expert.tensors.values()], [...base.tensors.values()])
  for (const name of base.tensors.keys()) {
    const same = Buffer.compare(await readTensor(base, name), await readTensor(expert, name)) === 0
    t.equal(same, FROZEN_TENSORS.includes(name), name)
  }
})

t.test('no iteration, no change', async t => {
  const base = policy()
  const expert = await finetune(base, { risky: 1 }, { seed: 1, iterations: 0, workers: 1 })
  t.same(await bytes(expert), await bytes(base))
})

t.test('a mix that is not one is refused before any work', async t => {
  await t.rejects(finetune(policy(), { speed: 1 }, { seed: 1 }), { code: 'REWARD_UNKNOWN' })
  await t.rejects(finetune(policy(), { risky: 2 }, { seed: 1 }), { code: 'MIX_INVALID' })
})

t.test('an aborted fine-tuning ends with the reason', async t => {
  const reason = new Error('enough')
  const controller = new AbortController()
  const { signal } = controller
  const onProgress = () => controller.abort(reason)
  await t.rejects(
    finetune(policy(), { risky: 1 }, { ...short, seed: 1, signal, onProgress }),
    reason
  )
})

t.test('a candidate’s objective is its mean over the seeds', async t => {
  const sums = {
    velocity: Float64Array.of(1, 3, 5, 9),
    effort: new Float64Array(4),
    moments: new Float64Array()
  }
  const pool = {
    run: () => Promise.resolve(sums),
    close: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve()
  }
  const objective = batchObjective(pool, new Map(), (all, episode) => all.velocity[episode]!)
  const context = { iteration: 0, populationSize: 2, seeds: Uint32Array.of(1, 2) }
  t.same(await objective(new Float32Array(new SharedArrayBuffer(0)), context), [2, 7])
})
