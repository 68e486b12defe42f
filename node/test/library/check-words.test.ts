import t from 'tap'
import { checkWords } from '../../src/library/check-words.ts'
import { repo, withNode } from '../run-cli.ts'

t.test(
  'checkWords() takes what a record can hold, and names the option that it cannot',
  async t => {
    await withNode(await repo(t), async node => {
      await t.resolves(checkWords(node, {}))
      await t.resolves(
        checkWords(node, {
          reward: 'risky',
          name: 'n'.repeat(256),
          description: 'runs\nfar',
          metrics: { risky: 1401.5 },
          license: 'MIT'
        })
      )
      const wrong: [string, Parameters<typeof checkWords>[1]][] = [
        ['reward', { reward: 'a\nb' }],
        ['name', { name: 'n'.repeat(257) }],
        ['name', { name: '\u001b[31m' }],
        ['description', { description: 'd'.repeat(8_193) }],
        ['license', { license: '' }],
        ['metric', { metrics: { '': 1 } }],
        ['metric', { metrics: { name: Number.NaN } }],
        ['supersedes', { supersedes: 'x' }]
      ]
      for (const [option, words] of wrong) {
        const message = new RegExp(`^Option --${option}: expected .*, got `)
        await t.rejects(checkWords(node, words), { code: 'USAGE', message }, option)
      }
    })
  }
)
