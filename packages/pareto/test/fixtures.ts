import fc from 'fast-check'
import { buildFront, type Front, type FrontPoint, type MeasuredReward } from '../src/index.ts'

/** A measurement over 16 seeds. */
export function measured(mean: number, stderr = 0): MeasuredReward {
  return { mean, stderr, n: 16 }
}

/** A point from plain means, all with the same standard error. */
export function point(
  kind: FrontPoint['kind'],
  lambda: readonly number[],
  means: readonly number[],
  stderr = 0
): FrontPoint {
  return { kind, lambda, rewards: means.map(mean => measured(mean, stderr)) }
}

/** The base, two experts and soups (by λ of the second expert), for two rewards. */
export function frontOf(
  soups: readonly (readonly [number, number, number])[],
  ends: { base?: number[]; first?: number[]; second?: number[]; stderr?: number } = {}
): Front {
  const stderr = ends.stderr ?? 0
  return buildFront({
    base: 'bafybase',
    task: 'locomotion',
    rewards: ['risky', 'cautious'],
    experts: [
      { id: 'bafyone', reward: 'risky' },
      { id: 'bafytwo', reward: 'cautious' }
    ],
    points: [
      point('base', [0, 0], ends.base ?? [0, 0], stderr),
      point('expert', [1, 0], ends.first ?? [10, 2], stderr),
      ...soups.map(([lambda, x, y]) => point('soup', [1 - lambda, lambda], [x, y], stderr)),
      point('expert', [0, 1], ends.second ?? [4, 9], stderr)
    ]
  })
}

/** Random fronts with rewards on a small grid, so that ties and duplicates are common. */
export const fronts: fc.Arbitrary<Front> = fc
  .tuple(
    fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), small(), small()), { maxLength: 9 }),
    fc.tuple(small(), small()),
    fc.tuple(small(), small()),
    fc.tuple(small(), small())
  )
  .map(([soups, base, first, second]) =>
    frontOf(
      soups.map(([lambda, x, y]) => [lambda / 10, x, y] as const),
      { base, first, second }
    )
  )

function small(): fc.Arbitrary<number> {
  return fc.integer({ min: -4, max: 6 })
}

/** A front whose every name wants to be markup, a script, or the end of one; no parser let it pass. */
export const hostileFront: Front = {
  ...frontOf([[0.5, 7, 7]], { stderr: 0.3 }),
  task: '<script>alert(1)</script>',
  rewards: ['"onload="alert(2)', "</script><img src=x onerror='alert(3)'>\u202Eevil\0"],
  experts: [
    { id: 'a', reward: ']]><b>&amp;' },
    { id: 'b', reward: 'r', name: '</title></svg><script>\uD800' }
  ]
}
