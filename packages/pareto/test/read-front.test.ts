import { test } from 'tap'
import { JsonReader } from '../src/json-reader.ts'
import { readFrontInput } from '../src/read-front.ts'
import { frontOf } from './fixtures.ts'

const good = JSON.stringify(frontOf([[0.5, 7, 7]]))

test('readFrontInput() keeps what the document knows and drops the rest', async t => {
  const extra = JSON.parse(good)
  extra.points[0].recipe = 'bafyrecipe'
  extra.points[0].note = 'dropped'
  extra.experts[0].name = 'fast'
  const { points, experts } = readFrontInput(new JsonReader(extra, ''))
  t.same(Object.keys(points[0]!).sort(), ['kind', 'lambda', 'recipe', 'rewards'])
  t.equal(experts[0]!.name, 'fast')
})

for (const [path, change] of [
  ['rewards[1]', f => (f.rewards[1] = 'risky')],
  ['rewards', f => (f.rewards = Array(17).fill('r'))],
  ['experts', f => (f.experts = [])],
  ['experts[0].id', f => delete f.experts[0].id],
  ['points', f => (f.points = f.points.slice(0, 2))],
  ['points', f => f.points.splice(1, 1)],
  ['points', f => f.points.push(f.points[0])],
  ['points', f => (f.points = Array(1025).fill(f.points[0]))],
  ['points[0].kind', f => (f.points[0].kind = 'merge')],
  ['points[0].lambda', f => (f.points[0].lambda = [0, 1])],
  ['points[1].lambda', f => (f.points[1].lambda = [1, 1])],
  ['points[2].lambda', f => (f.points[2].lambda = [1])],
  ['points[2].lambda[0]', f => (f.points[2].lambda[0] = '0.5')],
  ['points[2].lambda', f => (f.points[2].kind = 'morl')],
  ['points[2].rewards', f => f.points[2].rewards.push({ mean: 1, stderr: 0, n: 1 })],
  ['points[2].rewards[1].mean', f => (f.points[2].rewards[1].mean = null)],
  ['points[2].rewards[1].stderr', f => (f.points[2].rewards[1].stderr = -1)],
  ['points[2].rewards[1].n', f => (f.points[2].rewards[1].n = 1.5)],
  ['base', f => (f.base = 7)],
  ['task', f => delete f.task]
  // biome-ignore lint/suspicious/noExplicitAny: each case breaks the document in its own way
] as [string, (front: any) => unknown][]) {
  test(`readFrontInput() complains about ${path}`, async t => {
    const broken = JSON.parse(good)
    change(broken)
    t.throws(() => readFrontInput(new JsonReader(broken, '')), {
      code: 'FRONT_INVALID',
      details: { path }
    })
  })
}
