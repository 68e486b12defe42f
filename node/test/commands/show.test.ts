import t from 'tap'
import { kitchen } from '../run-cli.ts'

const at = await kitchen(t)

t.test('show gives everything that a record says', async t => {
  const { id, ...rest } = await at.json<{ id: string }>('show', at.one.slice(0, 20))
  t.equal(id, at.one)
  t.match(rest, {
    kind: 'expert',
    publisher: /^12D3KooW/,
    complete: true,
    record: { base: at.base, reward: { name: 'reward one' }, codec: 'exact' }
  })
  t.match(await at.json('show', at.base), { kind: 'base', complete: true, record: { name: 'b' } })
  const { stdout } = await at.run('show', at.one)
  t.match(stdout, /^expert +bafyrei.*\npublisher +12D3/)
  t.match(stdout, /^created +\d{4}-\d\d-\d\dT/m)
})

t.test('show names what it does not find', async t => {
  for (const id of ['bafyreibogusbogus', 'x', 'soupnonsense']) {
    const { code, error } = await at.fails('show', id)
    t.match(error.message, id.slice(0, 4))
    t.equal(code, id.startsWith('soup') ? 2 : 3)
  }
  t.match(await at.fails('show'), { code: 2, error: { code: 'USAGE' } })
})
