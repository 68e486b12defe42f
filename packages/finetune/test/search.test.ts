import t from 'tap'
import { drawNoise, drawSeeds, estimateGradient, placeCandidates } from '../src/search.ts'

const noiseOf = (n: number, d: number, seed: number, iteration: number) => {
  const noise = new Float32Array(n * d)
  drawNoise(noise, n, seed, iteration)
  return noise
}

t.test('antithetic candidates around 0 sum to 0 exactly', async t => {
  const noise = noiseOf(3, 5, 1, 0)
  const population = new Float32Array(30)
  placeCandidates(population, new Float64Array(5), noise, 0.1)
  for (let k = 0; k < 3; k++) {
    for (let j = 0; j < 5; j++) {
      const plus = population[2 * k * 5 + j]!
      t.equal(plus, Math.fround(0.1 * noise[k * 5 + j]!))
      t.equal(plus + population[(2 * k + 1) * 5 + j]!, 0)
    }
  }
})

t.test('a direction has the same noise however many others there are', async t => {
  t.same(noiseOf(2, 7, 9, 4), noiseOf(5, 7, 9, 4).subarray(0, 14))
})

t.test('noise and episode seeds change with the seed and the iteration', async t => {
  const noises = [noiseOf(1, 3, 1, 0), noiseOf(1, 3, 1, 1), noiseOf(1, 3, 2, 0)]
  t.equal(new Set(noises.map(String)).size, 3)
  const seeds = [drawSeeds(4, 1, 0), drawSeeds(4, 1, 1), drawSeeds(4, 2, 0)]
  t.equal(new Set(seeds.flatMap(each => [...each])).size, 12)
})

t.test('estimateGradient() is the formula on ranks', async t => {
  // Ranks of 5, 1, 2, 9: 1/6, -1/2, -1/6, 1/2. Pairs differ by 2/3 and -2/3; 2n·sigma = 4 · 0.5.
  const gradient = new Float64Array(2).fill(7)
  estimateGradient([5, 1, 2, 9], Float32Array.of(1, 2, 3, -4), 0.5, gradient)
  const expected = [(2 / 3 / 2) * (1 - 3), (2 / 3 / 2) * (2 + 4)]
  t.ok(
    expected.every((x, i) => Math.abs(x - gradient[i]!) < 1e-12),
    [...gradient].join()
  )
})
