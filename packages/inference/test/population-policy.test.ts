import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { populationPolicy } from '../src/index.ts'
import { expectedActions, numbers, somePolicy } from './fixtures.ts'

// Widths below, at and beside the vector lengths of CPUs.
const LAYERS = [
  [17, 64, 64, 6],
  [17, 16, 16, 6],
  [11, 33, 5],
  [3, 2]
]

async function actions(
  layers: readonly number[],
  policies: readonly number[],
  seeds: number,
  observations: Float32Array
): Promise<Float32Array> {
  const population = await populationPolicy({ layers, populationSize: policies.length, seeds })
  policies.forEach((seed, p) => {
    population.setPolicy(p, somePolicy(layers, seed))
  })
  try {
    return (await population.act(observations)).slice()
  } finally {
    await population.close()
  }
}

const range = (n: number) => [...Array(n).keys()]

t.test('act() computes the formula for each policy and seed', async t => {
  for (const layers of LAYERS) {
    const [inputs, outputs] = [layers[0]!, layers.at(-1)!]
    const observations = numbers(4 * 3 * inputs, 1).map(x => 6 * x)
    const got = await actions(layers, range(4), 3, observations)
    const errors = range(12).flatMap(row => {
      const observation = observations.subarray(row * inputs, (row + 1) * inputs)
      const policy = somePolicy(layers, Math.floor(row / 3))
      return expectedActions(layers, policy, observation).map((x, j) =>
        Math.abs(x - got[row * outputs + j]!)
      )
    })
    // Sums of 64 products stay below 2^5 here, so each of 64 roundings is off by at most 2^-20.
    t.ok(Math.max(...errors) < 64 * 2 ** -20, `[${layers}]: off by ${Math.max(...errors)}`)
  }
})

t.test('act() gives a policy the same bits in every population', async t => {
  for (const layers of LAYERS) {
    for (const seeds of [1, 2, 16]) {
      const inputs = seeds * layers[0]!
      const outputs = seeds * layers.at(-1)!
      const observations = numbers(32 * inputs, 5).map(x => 3 * x)
      const together = await actions(layers, range(32), seeds, observations)
      for (const size of [1, 2, 11]) {
        const first = 31 - size
        const policies = range(size).map(p => first + p)
        const own = observations.subarray(first * inputs, (first + size) * inputs)
        const apart = await actions(layers, policies, seeds, own)
        const same = together.subarray(first * outputs, (first + size) * outputs)
        t.same(bits(apart), bits(same), `[${layers}], ${seeds} seeds, ${size} of 32`)
      }
    }
  }
})

const bits = (values: Float32Array) =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex')

t.test('act() without an argument takes what was written into observations', async t => {
  const population = await populationPolicy({ layers: [3, 2], populationSize: 1, seeds: 1 })
  t.teardown(() => population.close())
  population.setPolicy(0, somePolicy([3, 2], 1))
  const observation = numbers(3, 9)
  const expected = [...(await population.act(observation))]
  population.observations.fill(0)
  t.notSame([...(await population.act())], expected)
  population.observations.set(observation)
  t.same([...(await population.act())], expected)
  t.equal(await population.act(), population.actions)
})

t.test('a population refuses sizes, indices and tensors that do not fit', async t => {
  const init = { layers: [3, 2], populationSize: 2, seeds: 1 }
  for (const change of [{ populationSize: 0 }, { seeds: 1.5 }, { layers: [3] }]) {
    await t.rejects(populationPolicy({ ...init, ...change }), RangeError)
  }
  const population = await populationPolicy(init)
  t.teardown(() => population.close())
  const policy = somePolicy([3, 2], 1)
  for (const index of [-1, 2, 0.5, Number.NaN]) {
    t.throws(() => population.setPolicy(index, policy), RangeError, `index ${index}`)
  }
  const short = new Map([...policy, ['layers.0.bias', new Float32Array(1)] as const])
  t.throws(() => population.setPolicy(0, short), /layers.0.bias needs 2 values, got 1/)
  await t.rejects(population.act(new Float32Array(5)), /observations need 6 values, got 5/)
})

t.test('four worker threads run populations at once, and the process ends with code 0', async t => {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('fixtures/four-workers.ts', import.meta.url))],
    { stdio: ['ignore', 'pipe', 'inherit'] }
  )
  let output = ''
  child.stdout.on('data', data => {
    output += data
  })
  t.same(await once(child, 'close'), [0, null])
  t.equal(new Set(output.trim().split('\n')).size, 1, 'all workers and the main thread agree')
  t.equal(output.trim().split('\n').length, 9)
})
