import type { Front } from '../document.ts'
import { formatCoefficient, formatMeasured, formatSeeds } from './format.ts'
import { escapeText } from './text.ts'
import { expertLabel } from './view.ts'

/**
 * Writes the points of a front as an HTML table, one row a point.
 *
 * @param members indices of the points on the front
 */
export function pointTable(front: Front, members: ReadonlySet<number>): string {
  const lambdas = front.experts.map(
    expert => `<th scope="col">λ ${escapeText(expertLabel(expert))}</th>`
  )
  const rewards = front.rewards.map(name => `<th scope="col">${escapeText(name)}</th>`)
  const rows = front.points.map((_, index) => pointRow(front, index, members.has(index)))
  return (
    '<table><caption>Measured points: mean ± standard error over n seeds</caption>' +
    `<thead><tr><th scope="col">point</th>${lambdas.join('')}${rewards.join('')}` +
    `<th scope="col">n</th><th scope="col">front</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
  )
}

function pointRow(front: Front, index: number, isOnFront: boolean): string {
  const point = front.points[index]!
  const lambdas = front.experts.map((_, i) => {
    const coefficient = point.lambda[i]
    return `<td>${coefficient === undefined ? '' : formatCoefficient(coefficient)}</td>`
  })
  const rewards = point.rewards.map(reward => `<td>${formatMeasured(reward)}</td>`)
  return (
    `<tr data-row="${index}"><th scope="row">${point.kind}</th>${lambdas.join('')}${rewards.join('')}` +
    `<td>${formatSeeds(point)}</td><td>${isOnFront ? 'yes' : 'no'}</td></tr>`
  )
}
