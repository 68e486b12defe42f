import t from 'tap'
import { place } from '../run-cli.ts'

t.test('methods lists the operators and their settings, without a repo', async t => {
  const at = place(t)
  const list = await at.json<{ name: string; parameters: { name: string }[] }[]>('methods')
  t.match(
    list.find(({ name }) => name === 'ties'),
    { parameters: [{ name: 'density', default: 0.2 }, { name: 'scale' }, { name: 'normalize' }] }
  )
  const { stdout, code } = await at.run('methods')
  t.equal(code, 0)
  t.match(stdout, /^linear +base plus/m)
  t.match(stdout, /^product +rank=\.\.\. +of adapters/m)
})
