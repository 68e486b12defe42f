import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildFront } from '@soup/pareto'
import t from 'tap'
import { place } from '../run-cli.ts'

const stats = (...means: number[]) => means.map(mean => ({ mean, stderr: 0.5, n: 16 }))

/** A front as `soup-node front` writes it. */
function front(): string {
  const at = (lambda: number[], kind: 'soup' | 'expert' | 'base', means: number[]) =>
    ({ lambda, kind, rewards: stats(...means) }) as const
  return JSON.stringify(
    buildFront({
      base: 'bafybase',
      task: 'locomotion',
      rewards: ['risky', 'cautious'],
      experts: [
        { id: 'bafyone', reward: 'risky' },
        { id: 'bafytwo', reward: 'cautious' }
      ],
      points: [
        at([0, 0], 'base', [0, 0]),
        at([1, 0], 'expert', [10, 0]),
        at([0.5, 0.5], 'soup', [9, 9]),
        at([0, 1], 'expert', [0, 10])
      ]
    })
  )
}

const at = place(t)
await writeFile(join(at.folder, 'front.json'), front())

t.test('pick chooses λ for a preference without a repo', async t => {
  t.match(await at.json('pick', 'front.json', '--preference', 'risky=0.5,cautious=0.5'), {
    preference: { risky: 0.5, cautious: 0.5 },
    lambda: [0.5, 0.5],
    expected: [9, 9]
  })
  t.match(await at.json('pick', 'front.json', '--preference', 'cautious=0,risky=1'), {
    lambda: [1, 0],
    expected: [10, 0]
  })
})

t.test('pick prints the command that makes the soup', async t => {
  const { stdout } = await at.run('pick', 'front.json', '--preference', 'risky=0.5,cautious=0.5')
  t.match(stdout, 'soup-node soup bafyone=0.5 bafytwo=0.5 --out ./soup')
  t.match(stdout, 'expected risky: 9.0 ± 0.5')
})

t.test('pick names what is wrong with front and preference', async t => {
  await writeFile(join(at.folder, 'broken.json'), '{"base":7}')
  const cases: [string[], number, string, RegExp][] = [
    [['front.json'], 2, 'USAGE', /--preference is missing/],
    [['front.json', '--preference', 'fast=1'], 2, 'PREFERENCE_INVALID', /fast/],
    [['front.json', '--preference', 'risky=x,cautious=1'], 2, 'PREFERENCE_INVALID', /x/],
    [['front.json', '--preference', 'risky=-1,cautious=2'], 2, 'PREFERENCE_INVALID', /-1/],
    [['none.json', '--preference', 'risky=1'], 3, 'FILE_NOT_FOUND', /none\.json/],
    [['.', '--preference', 'risky=1'], 1, 'FILE_FAILED', /regular file/],
    [['broken.json', '--preference', 'risky=1'], 1, 'FRONT_INVALID', /broken\.json: /]
  ]
  for (const [argv, code, error, message] of cases) {
    const failed = await at.fails('pick', ...argv)
    t.match(failed, { code, error: { code: error, message } }, argv.join(' '))
  }
})
