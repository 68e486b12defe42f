import t from 'tap'
import { erfcx } from '../../src/dp/erfcx.ts'
import { normals } from '../../src/dp/normals.ts'
import { seeded } from './fixtures.ts'

const COUNT = 100_000

function draw(seed: number): number[] {
  const next = normals(seeded(seed))
  return Array.from({ length: COUNT }, next)
}

/** The distribution function of the standard normal. */
function phi(x: number): number {
  const tail = (Math.exp((-x * x) / 2) * erfcx(Math.abs(x) / Math.SQRT2)) / 2
  return x < 0 ? tail : 1 - tail
}

const mean = (list: readonly number[]) => list.reduce((a, b) => a + b) / list.length

t.test('deviates have the moments of the normal distribution', t => {
  const list = draw(1)
  // Four standard errors of each moment.
  const within = 4 / Math.sqrt(COUNT)
  t.ok(Math.abs(mean(list)) < within)
  t.ok(Math.abs(mean(list.map(x => x * x)) - 1) < within * Math.sqrt(2))
  t.ok(Math.abs(mean(list.map(x => x ** 3))) < within * Math.sqrt(15))
  t.ok(Math.abs(mean(list.map(x => x ** 4)) - 3) < within * Math.sqrt(96))
  const pairs = list.slice(1).map((x, i) => x * list[i]!)
  t.ok(Math.abs(mean(pairs)) < within, 'neighbours are uncorrelated')
  t.end()
})

t.test('deviates pass the test of Kolmogorov and Smirnov', t => {
  const sorted = draw(2).sort((a, b) => a - b)
  const off = sorted.map((x, i) => Math.max(phi(x) - i / COUNT, (i + 1) / COUNT - phi(x)))
  t.ok(
    Math.max(...off.slice(0, COUNT / 2), ...off.slice(COUNT / 2)) < 1.63 / Math.sqrt(COUNT),
    '1 %'
  )
  t.end()
})

t.test('the extremes of the source give finite deviates', t => {
  for (const byte of [0, 255]) {
    const next = normals(bytes => void bytes.fill(byte))
    for (let i = 0; i < 4; i++) t.ok(Math.abs(next()) <= 8.58)
  }
  t.end()
})

t.test('a deviate takes eight bytes of the source', t => {
  let bytesDrawn = 0
  const next = normals(bytes => {
    bytesDrawn += bytes.length
  })
  for (let i = 0; i < 2 ** 13; i++) next()
  t.equal(bytesDrawn, 2 ** 16)
  next()
  t.equal(bytesDrawn, 2 ** 17)
  t.end()
})
