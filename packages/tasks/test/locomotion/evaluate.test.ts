import t from 'tap'
import { evaluate } from '../../src/locomotion/evaluate.ts'
import { policy } from './fixtures.ts'

t.test('a policy measures the same alone, in company and on any number of workers', async t => {
  const policies = [policy(1), policy(2), policy(3)]
  const seeds = 3
  const reference = await evaluate(policies, { seeds, workers: 1 })
  t.same(await evaluate(policies, { seeds, workers: 3 }), reference)
  t.same(await evaluate([policy(3)], { seeds, workers: 1 }), [reference[2]])
  t.notSame(reference[0], reference[1])
})

t.test('progress counts every episode', async t => {
  const done: number[] = []
  await evaluate([policy(1), policy(2)], {
    seeds: 2,
    workers: 2,
    onProgress: p => done.push(p.done)
  })
  t.same(done, [0, 2, 4])
})

t.test('no policy, no work', async t => {
  t.same(await evaluate([]), [])
})

t.test('options out of range are the caller’s mistake', async t => {
  for (const seeds of [0, -1, 1.5, Number.NaN, 2 ** 20]) {
    await t.rejects(evaluate([policy()], { seeds }), RangeError)
  }
  for (const workers of [0, -1, 0.5, Number.NaN]) {
    await t.rejects(evaluate([policy()], { seeds: 1, workers }), RangeError)
  }
})

t.test('an aborted evaluation ends with the reason', async t => {
  const reason = new Error('enough')
  await t.rejects(evaluate([policy()], { signal: AbortSignal.abort(reason) }), reason)
  const controller = new AbortController()
  const { signal } = controller
  const onProgress = () => controller.abort(reason)
  await t.rejects(
    evaluate([policy(), policy()], { seeds: 1, workers: 1, signal, onProgress }),
    reason
  )
})
