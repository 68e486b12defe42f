import { test } from 'tap'
import { buildFront } from '../../src/index.ts'
import { legendOf } from '../../src/plot/legend.ts'
import { frontOf, hostileFront, point } from '../fixtures.ts'
import { elementsOf } from '../markup.ts'

const front = frontOf([[0.5, 7, 7]])

test('legendOf() explains every mark that can appear', async t => {
  const text = legendOf(front, 800, false).draw(0, 0)
  for (const word of ['λ of cautious', 'soup', 'on the front', 'base', 'expert', 'chord']) {
    t.match(text, word)
  }
  t.notMatch(text, /MORL|picked/)
  t.match(legendOf(front, 800, true).draw(0, 0), 'picked')
})

test('legendOf() explains MORL where there is one, and no λ colours for three experts', async t => {
  const points = [...front.points, point('morl', [], [1, 1])]
  t.match(legendOf({ ...front, points }, 800, false).draw(0, 0), 'MORL')
  const experts = [...front.experts, { id: 'c', reward: 'third' }]
  const widened = front.points.map(it => ({ ...it, lambda: [...it.lambda, 0] }))
  const three = buildFront({
    ...front,
    experts,
    points: [...widened, point('expert', [0, 0, 1], [1, 1])]
  })
  t.notMatch(legendOf(three, 800, false).draw(0, 0), /λ of/)
})

test('legendOf() takes more lines on less width, and escapes names', async t => {
  t.ok(legendOf(front, 300, true).height > legendOf(front, 900, true).height)
  elementsOf(legendOf(hostileFront, 300, true).draw(0, 0))
})
