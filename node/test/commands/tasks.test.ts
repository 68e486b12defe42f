import t from 'tap'
import { place } from '../run-cli.ts'

const at = place(t)

t.test('tasks lists every task with its rewards and its base', async t => {
  const list = await at.json<{ name: string }[]>('tasks')
  t.match(list, [{ name: 'locomotion', rewards: [{ name: 'risky' }, { name: 'cautious' }] }])
  const { stdout } = await at.run('tasks')
  t.match(stdout, /^locomotion: .*\n {2}base: \/.*base\.safetensors\nreward +unit/)
})
