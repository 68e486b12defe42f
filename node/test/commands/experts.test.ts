import t from 'tap'
import { kitchen, repo } from '../run-cli.ts'

const at = await kitchen(t)

t.test('experts lists what is known, with the fields that scripts rely on', async t => {
  const list = await at.json<Record<string, unknown>[]>('experts')
  t.same(list.map(({ id }) => id).sort(), [at.one, at.two].sort())
  t.match(
    list.find(({ id }) => id === at.one),
    {
      id: at.one,
      base: at.base,
      reward: 'reward one',
      publisher: /^12D3KooW/,
      codec: 'exact',
      bytes: Number,
      complete: true,
      created: /^\d{4}-\d\d-\d\dT[\d:.]+Z$/
    }
  )
})

t.test('experts keeps those of a base, a reward, a publisher', async t => {
  const { peerId } = await at.json<{ peerId: string }>('status')
  const count = async (...argv: string[]) => (await at.json<[]>('experts', ...argv)).length
  t.equal(await count('--base', at.base), 2)
  t.equal(await count('--base', at.base.slice(0, 16)), 2)
  t.equal(await count('--reward', 'reward one'), 1)
  t.equal(await count('--reward', 'reward'), 0)
  t.equal(await count('--publisher', peerId), 2)
  t.equal(await count('--publisher', 'somebody'), 0)
  t.match(await at.fails('experts', '--base', 'bafyreibogusbogus'), { code: 3 })
})

t.test('experts says on a terminal what a row is, and what to do without one', async t => {
  const { stdout } = await at.run('experts')
  t.match(stdout, /^expert +reward +name +publisher +delta +here\n/)
  t.match(stdout, new RegExp(`${at.one.slice(0, 16)} +reward one .* yes`))
  t.match((await (await repo(t)).run('experts')).stdout, '--base')
})
