import { test } from 'tap'
import {
  checkTwoRewards,
  describePoint,
  expertLabel,
  pathOf,
  plotView
} from '../../src/plot/view.ts'
import { frontOf, point } from '../fixtures.ts'

const FRAME = { left: 50, top: 20, right: 650, bottom: 320 }
const front = frontOf(
  [
    [0.5, 7, 7],
    [0.2, 1, 1]
  ],
  { stderr: 0.5 }
)

test('plotView() puts the first reward to the right and the second upwards', async t => {
  const { points } = plotView(front, FRAME)
  const [base, first, , , second] = points
  t.ok(first!.x > second!.x && first!.y > second!.y)
  t.ok(base!.dx > 0 && base!.dy > 0)
  t.ok(
    points.every(({ x, dx, y, dy }) => x - dx > 50 && x + dx < 650 && y - dy > 20 && y + dy < 320)
  )
})

test('plotView() knows the front among everything that was measured', async t => {
  const isOnFront = (points: typeof front.points) =>
    plotView({ ...front, points }, FRAME).points.map(it => it.isOnFront)
  t.same(isOnFront(front.points), [false, true, true, false, true])
  t.same(isOnFront([...front.points, point('morl', [], [99, 99])]), [
    false,
    false,
    false,
    false,
    false,
    true
  ])
})

test('pathOf() orders soups and experts by λ, and passes the base over', async t => {
  t.same(
    pathOf(plotView(front, FRAME).points).map(it => it.place),
    [0, 0.2, 0.5, 1]
  )
})

test('pathOf() begins at the base where there is one expert, and is empty for three', async t => {
  const one = {
    ...front,
    experts: front.experts.slice(0, 1),
    points: [point('base', [0], [0, 0]), point('soup', [0.5], [1, 1]), point('expert', [1], [2, 2])]
  }
  t.same(
    pathOf(plotView(one, FRAME).points).map(it => it.place),
    [0, 0.5, 1]
  )
  const three = { ...front, experts: [...front.experts, front.experts[0]!] }
  t.same(pathOf(plotView(three, FRAME).points), [])
})

test('describePoint() says λ, rewards with standard errors, n and the place', async t => {
  t.equal(
    describePoint(front, 2, true),
    'soup, λ = (0.5, 0.5)\nrisky 7.00 ± 0.50\ncautious 7.00 ± 0.50\nn = 16, on the front'
  )
  t.match(describePoint(front, 1, true), /^expert risky, λ = \(1, 0\)/)
  const morl = { ...front, points: [point('morl', [], [1, 1])] }
  t.match(describePoint(morl, 0, false), /^MORL\n[^λ]*dominated$/)
})

test('expertLabel() prefers the name over the reward', async t => {
  t.equal(expertLabel({ id: 'a', reward: 'r' }), 'r')
  t.equal(expertLabel({ id: 'a', reward: 'r', name: 'n' }), 'n')
})

test('checkTwoRewards() says how many rewards there are', async t => {
  t.throws(
    () => checkTwoRewards({ ...front, rewards: ['a', 'b', 'c'] }),
    /2 rewards, this one has 3/
  )
})
