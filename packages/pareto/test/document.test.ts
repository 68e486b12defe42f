import fc from 'fast-check'
import { test } from 'tap'
import { buildFront, parseFront } from '../src/document.ts'
import { frontOf, fronts } from './fixtures.ts'

const front = frontOf([[0.5, 7, 7]], { stderr: 0.5 })

/** Writes the front with some indicators replaced. */
function withIndicators(indicators: Record<string, unknown>): string {
  return JSON.stringify({ ...front, indicators: { ...front.indicators, ...indicators } })
}

test('buildFront() has the fields that other programs rely on', async t => {
  t.match(JSON.parse(JSON.stringify(front)), {
    version: 1,
    base: 'bafybase',
    task: 'locomotion',
    rewards: ['risky', 'cautious'],
    experts: [
      { id: 'bafyone', reward: 'risky' },
      { id: 'bafytwo', reward: 'cautious' }
    ],
    points: [
      { kind: 'base', lambda: [0, 0], rewards: [{ mean: 0, stderr: 0.5, n: 16 }, {}] },
      { kind: 'expert', lambda: [1, 0] },
      { kind: 'soup', lambda: [0.5, 0.5] },
      { kind: 'expert', lambda: [0, 1] }
    ],
    indicators: { hypervolume: 63, reference: [0, 0], chordViolations: 0, violations: [] }
  })
})

test('buildFront() refuses measurements that the document cannot hold', async t => {
  t.throws(() => frontOf([[0.5, Number.NaN, 1]]), {
    code: 'FRONT_INVALID',
    details: { path: 'points[2].rewards[0].mean' }
  })
  t.throws(() => buildFront({ ...front, points: front.points.slice(1) }), { code: 'FRONT_INVALID' })
})

test('parseFront() gives back what buildFront() made', async t => {
  t.same(parseFront(JSON.stringify(front)), front)
  fc.assert(
    fc.property(fronts, random => {
      const text = JSON.stringify(random, null, 2)
      return JSON.stringify(parseFront(text), null, 2) === text
    })
  )
})

test('parseFront() needs no version, ignores unknown fields, refuses a newer version', async t => {
  const { version: _, ...bare } = front
  t.same(parseFront(JSON.stringify({ ...bare, more: 1 })), front)
  t.throws(() => parseFront(JSON.stringify({ ...front, version: 2 })), {
    code: 'FRONT_INVALID',
    details: { path: 'version' }
  })
})

test('parseFront() refuses figures that the points do not give', async t => {
  t.throws(() => parseFront(withIndicators({ hypervolume: 64 })), {
    message: /hypervolume must be 63, as computed from the points, got 64/
  })
  t.throws(() => parseFront(withIndicators({ hypervolume: null })), { code: 'FRONT_INVALID' })
  t.throws(() => parseFront(withIndicators({ chordViolations: 1 })), { code: 'FRONT_INVALID' })
  t.throws(() => parseFront(withIndicators({ reference: [0] })), { code: 'FRONT_INVALID' })
  t.equal(parseFront(withIndicators({ hypervolume: 63 + 1e-12 })).indicators.hypervolume, 63)
})

test('parseFront() measures from the reference that the document names', async t => {
  const text = withIndicators({ reference: [1, 1], hypervolume: 45 })
  t.equal(parseFront(text).indicators.hypervolume, 45)
})

test('parseFront() keeps a front of three rewards, without a hypervolume', async t => {
  const points = front.points.map(point => ({
    ...point,
    rewards: [...point.rewards, point.rewards[0]!]
  }))
  const three = buildFront({ ...front, rewards: ['a', 'b', 'c'], points })
  t.equal(three.indicators.hypervolume, null)
  t.same(parseFront(JSON.stringify(three)), three)
})

test('parseFront() refuses what is not JSON, too deep or too long, in one sentence', async t => {
  for (const text of ['', '{', 'null', '[]', '7', '['.repeat(1e6), 'x'.repeat(16 * 2 ** 20 + 1)]) {
    t.throws(() => parseFront(text), {
      code: 'FRONT_INVALID',
      message: /^front: the document must/
    })
  }
})

test('parseFront() never fails otherwise, whatever JSON it gets', async () => {
  fc.assert(
    fc.property(fc.json(), text => {
      try {
        parseFront(text)
        return false
      } catch (error) {
        return (error as { code?: string }).code === 'FRONT_INVALID'
      }
    })
  )
})

test('numbers at the limit give finite figures', async t => {
  const huge = frontOf([[0.5, 1e100, 1e100]], {
    base: [-1e100, -1e100],
    first: [1e100, -1e100],
    second: [-1e100, 1e100],
    stderr: 1e100
  })
  t.equal(Number.isFinite(huge.indicators.hypervolume), true)
  t.same(parseFront(JSON.stringify(huge)), huge)
})
