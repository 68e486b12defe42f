import { test } from 'tap'
import { pointTable } from '../../src/plot/table.ts'
import { frontOf, hostileFront, point } from '../fixtures.ts'
import { elementsOf } from '../markup.ts'

test('pointTable() has a row per point with λ, rewards, n and the place', async t => {
  const front = frontOf([[0.5, 7, 7]], { stderr: 0.5 })
  const html = pointTable(front, new Set([1, 2, 3]))
  t.equal(elementsOf(html).filter(name => name === 'tr').length, 5)
  t.match(
    html,
    '<tr data-row="2"><th scope="row">soup</th><td>0.5</td><td>0.5</td>' +
      '<td>7.00 ± 0.50</td><td>7.00 ± 0.50</td><td>16</td><td>yes</td></tr>'
  )
  t.match(html, /data-row="0".*?<td>no<\/td>/)
})

test('pointTable() leaves λ of MORL empty and escapes names', async t => {
  const points = [...hostileFront.points, point('morl', [], [1, 1])]
  const html = pointTable({ ...hostileFront, points }, new Set())
  t.match(html, /morl<\/th><td><\/td><td><\/td>/)
  t.notOk(elementsOf(html).includes('script'))
})
