import { test } from 'tap'
import { pickLambda } from '../../src/pick.ts'
import { drawLabels } from '../../src/plot/annotate.ts'
import { plotView } from '../../src/plot/view.ts'
import { frontOf, hostileFront } from '../fixtures.ts'
import { elementsOf } from '../markup.ts'

const FRAME = { left: 50, top: 20, right: 650, bottom: 320 }
const BOUNDS = { x: 50, y: 20, width: 600, height: 300 }

/** Texts of the labels of a front. */
function textsOf(front: typeof hostileFront, preference?: number[]): string[] {
  const mu = preference?.map((value, k) => [front.rewards[k]!, value] as const)
  const pick = mu === undefined ? undefined : pickLambda(front, new Map(mu))
  const svg = drawLabels(front, plotView(front, FRAME).points, [], BOUNDS, pick)
  elementsOf(svg)
  return [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(match => match[1]!)
}

test('drawLabels() names base and experts, and the λ of soups between them', async t => {
  t.same(
    textsOf(
      frontOf([
        [0.5, 8, 7],
        [0, 10, 2]
      ])
    ),
    ['base', 'risky', 'cautious', '0.5']
  )
})

test('drawLabels() says what was picked instead of its λ alone', async t => {
  t.same(textsOf(frontOf([[0.5, 9, 8]]), [0.5, 0.5]), [
    'picked λ = (0.5, 0.5)',
    'base',
    'risky',
    'cautious'
  ])
})

test('drawLabels() leaves the λ of crowded soups away, never base or experts', async t => {
  const crowd = Array.from({ length: 40 }, (_, i) => [(i + 1) / 50, 7, 7] as const)
  const texts = textsOf(frontOf(crowd))
  t.same(texts.slice(0, 3), ['base', 'risky', 'cautious'])
  t.ok(texts.length < 10)
})

test('drawLabels() escapes and shortens names', async t => {
  t.match(textsOf(hostileFront)[1], /^\]\]&#62;&#60;b&#62;/)
  const long = {
    ...hostileFront,
    experts: [
      { id: 'a', reward: 'x'.repeat(99) },
      { id: 'b', reward: 'b' }
    ]
  }
  t.match(textsOf(long)[1], /^x{10,40}…$/)
})
