import type { FrontExpert, FrontInput } from './document.ts'
import { invalidFront, type JsonReader } from './json-reader.ts'
import { MAX_EXPERTS, MAX_POINTS, MAX_REWARDS } from './limits.ts'
import type { FrontPoint, MeasuredReward, PointKind } from './point.ts'

const KINDS: readonly PointKind[] = ['soup', 'base', 'expert', 'morl']

/**
 * Reads and checks the measured part of a front.
 *
 * @param document the front, parsed JSON or built by a caller
 * @throws {ParetoError} `FRONT_INVALID`
 */
export function readFrontInput(document: JsonReader): FrontInput {
  const rewards = document
    .field('rewards')
    .items(1, MAX_REWARDS)
    .map(name => name.text())
  const twice = rewards.findIndex((name, k) => rewards.indexOf(name) < k)
  if (twice >= 0)
    throw invalidFront(`rewards[${twice}]`, 'another name', 'one that is there already')
  const experts = document.field('experts').items(1, MAX_EXPERTS).map(readExpert)
  const points = document
    .field('points')
    .items(1 + experts.length, MAX_POINTS)
    .map(point => readPoint(point, experts.length, rewards.length))
  checkOnce(points, 'the base', point => point.kind === 'base')
  experts.forEach((_, i) => {
    checkOnce(points, `expert ${i}`, point => point.kind === 'expert' && point.lambda[i] === 1)
  })
  const base = document.field('base').text()
  return { base, task: document.field('task').text(), rewards, experts, points }
}

function readExpert(expert: JsonReader): FrontExpert {
  const name = expert.optional('name')?.text()
  return {
    id: expert.field('id').text(),
    reward: expert.field('reward').text(),
    ...(name === undefined ? {} : { name })
  }
}

function readPoint(point: JsonReader, expertCount: number, rewardCount: number): FrontPoint {
  const kind = readKind(point.field('kind'))
  const coefficients = kind === 'morl' ? 0 : expertCount
  const lambda = point
    .field('lambda')
    .items(coefficients, coefficients)
    .map(item => item.number())
  const ones = lambda.filter(coefficient => coefficient === 1).length
  const zeros = lambda.filter(coefficient => coefficient === 0).length
  if (kind === 'base' && zeros < expertCount) {
    throw point.field('lambda').error('all 0 for the base')
  }
  if (kind === 'expert' && (ones !== 1 || zeros !== expertCount - 1)) {
    throw point.field('lambda').error('one 1 among zeros for an expert')
  }
  const rewards = point.field('rewards').items(rewardCount, rewardCount).map(readReward)
  const recipe = point.optional('recipe')?.text()
  return { lambda, rewards, kind, ...(recipe === undefined ? {} : { recipe }) }
}

function readKind(kind: JsonReader): PointKind {
  const text = kind.text()
  const known = KINDS.find(name => name === text)
  if (known === undefined) throw kind.error(KINDS.join(', '))
  return known
}

function readReward(reward: JsonReader): MeasuredReward {
  const mean = reward.field('mean').number()
  const stderr = reward.field('stderr').number()
  const n = reward.field('n').number()
  if (stderr < 0) throw reward.field('stderr').error('at least 0')
  if (!Number.isSafeInteger(n) || n < 1) throw reward.field('n').error('a whole number from 1')
  return { mean, stderr, n }
}

function checkOnce(
  points: readonly FrontPoint[],
  what: string,
  isIt: (point: FrontPoint) => boolean
): void {
  const count = points.filter(isIt).length
  if (count !== 1) throw invalidFront('points', `with ${what} measured once`, `${count} times`)
}
