import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { hashes, writeAdapter, writeFolder } from '../folders.ts'
import { addBase, publish, repo, startDaemon } from '../run-cli.ts'

const cook = await repo(t)
const guest = await repo(t, join(t.testdirName, 'guest'))
await startDaemon(t, cook)
await startDaemon(t, guest)
const at = (name: string) => join(cook.folder, name)
await writeFolder(at('base'), { shards: 2 })
await writeFolder(at('one'), { step: 1, shards: 2 })
await writeAdapter(at('adapter'), 1)

interface Published {
  id: string
  ticket: string
}

t.test('a folder and an adapter come from a peer, and are what was published', async t => {
  const base = await cook.json<Published>('base', 'add', at('base'), '--name', 'b', '--share')
  for (const [name, files] of Object.entries({
    one: (await readdir(at('one'))).filter(file => !file.endsWith('.py')),
    adapter: await readdir(at('adapter'))
  })) {
    const argv = ['publish', at(name), '--base', base.id, '--reward', 'r']
    const { id, ticket } = await cook.json<Published>(...argv)
    await guest.json('pull', base.ticket, ticket)
    await guest.json('checkout', id, '--out', name)
    t.same(await hashes(join(guest.folder, name)), await hashes(at(name), files.sort()))
    const mix = ['soup', `${id}=0.5`, '--extrapolate', '--out']
    const [here, there] = [
      await cook.json<{ sha256: string }>(...mix, `${name}-soup`),
      await guest.json<{ sha256: string }>(...mix, `${name}-soup`)
    ]
    t.equal(there.sha256, here.sha256)
    t.same(
      await hashes(join(guest.folder, `${name}-soup`)),
      await hashes(at(`${name}-soup`)),
      'the same files, byte by byte'
    )
  }
})

t.test('a base that is not shared is taken from the own folder, whatever its shards', async t => {
  await writeFolder(at('own'), { step: 4, shards: 2 })
  await writeFolder(at('own-tuned'), { step: 5, shards: 2 })
  const base = await addBase(cook, 'own')
  const id = await publish(cook, 'own-tuned', base)
  const { ticket } = await cook.json<Published>(
    ...['publish', at('own-tuned'), '--base', base, '--reward', 'again']
  )
  await writeFolder(join(guest.folder, 'mine'), { step: 4, shards: 1 })
  t.equal(await addBase(guest, 'mine'), base, 'the same weights are the same base')
  const [{ id: pulled }] = await guest.json<[{ id: string }]>('pull', ticket)
  t.not(pulled, id)
  await guest.json('checkout', pulled, '--out', 'own-tuned')
  const names = (await readdir(at('own-tuned'))).filter(file => !file.endsWith('.py')).sort()
  t.same(await hashes(join(guest.folder, 'own-tuned')), await hashes(at('own-tuned'), names))
})
