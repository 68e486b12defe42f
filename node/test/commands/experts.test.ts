import { join } from 'node:path'
import t from 'tap'
import { kitchen, publish, repo, startDaemon } from '../run-cli.ts'

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
  t.equal(await count('--publisher', peerId.slice(0, 16)), 2)
  t.equal(await count('--publisher', 'somebody'), 0)
  t.match(await at.fails('experts', '--base', 'bafyreibogusbogus'), { code: 3 })
})

t.test('experts says on a terminal what a row is, and what to do without one', async t => {
  const { stdout } = await at.run('experts')
  t.match(stdout, /^expert +reward +name +publisher +codec +delta +here\n/)
  t.match(stdout, new RegExp(`${at.one.slice(0, 16)} +reward one .* yes`))
  t.match((await (await repo(t)).run('experts')).stdout, '--base')
})

t.test('experts tells a filter that nothing passes from a node that knows nothing', async t => {
  const none = async (from: { run: typeof at.run }, ...argv: string[]) => {
    const { code, stdout } = await from.run('experts', ...argv)
    t.equal(code, 0)
    return stdout
  }
  t.equal(
    await none(at, '--reward', 'brave'),
    'No expert matches --reward brave (known: 2); list all with: soup-node experts\n'
  )
  t.match(
    await none(at, '--publisher', 'somebody', '--base', at.base.slice(0, 16)),
    `No expert matches --base ${at.base.slice(0, 16)} and --publisher somebody (known: 2)`
  )
  const empty = await repo(t)
  t.match(await none(empty, '--reward', 'brave'), /^No expert is known yet; .*--base/)
  const path = join(at.folder, 'base.safetensors')
  const { id } = await empty.json<{ id: string }>('base', 'add', path, '--name', 'b')
  t.match(await none(empty, '--base', id), /^No expert is known yet; .*soup-node start/)
  const daemon = await startDaemon(t, empty)
  t.match(await none(empty, '--base', id), /^No expert is known yet; .*soup-node connect/)
  await daemon.stop()
  t.same(await at.json('experts', '--reward', 'brave'), [], 'programs get an empty list')
})

t.test('experts says how an expert travels: codec, loss, noise', async t => {
  const flags = ['--codec', 'int8', '--dp-clip', '1', '--dp-noise', '0.5']
  const id = await publish(at, 'one.safetensors', at.base, ...flags)
  const list = await at.json<{ id: string }[]>('experts', '--reward', 'one.safetensors')
  t.match(list, [{ id, codec: 'int8', loss: { relativeError: Number }, privacy: { noise: 0.5 } }])
  const { stdout } = await at.run('experts', '--reward', 'one.safetensors')
  t.match(stdout, /int8, error [\d.]+ %, σ = 0\.5 /)
  await at.json('publish', 'two.safetensors', '--base', at.base, '--reward', 'plain')
  const [plain] = await at.json<object[]>('experts', '--reward', 'plain')
  t.notOk('loss' in plain! || 'privacy' in plain!)
})
