import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startMember, startProgram } from '@soup/testing'
import t from 'tap'
import { writeModel } from '../checkpoints.ts'
import { COORDINATOR, NODE } from '../programs.ts'

interface Coordinator {
  addresses: string[]
}
interface Added {
  id: string
  ticket: string
}
interface Listed {
  id: string
  reward: string
  complete: boolean
}
interface Pulled {
  id: string
  bytes: number
  providers: { peer: string; bytes: number; rejected: number }[]
  resumedBytes: number
}

t.test('what one process publishes another finds, pulls and checks out bit for bit', async t => {
  const folder = t.testdir()
  const coordinator = await startProgram<Coordinator>(COORDINATOR, [
    ...['start', '--repo', join(folder, 'coordinator')],
    ...['--listen', '/ip4/127.0.0.1/tcp/0', '--json']
  ])
  t.teardown(() => coordinator.kill())
  const options = { program: NODE, folder, bootstrap: coordinator.ready.addresses }
  const publisher = await startMember('publisher', options)
  t.teardown(() => publisher.kill())
  const base = await writeModel(join(publisher.folder, 'base.safetensors'), 0, 600)
  const tuned = await writeModel(join(publisher.folder, 'tuned.safetensors'), 1, 600)
  const added = await publisher.run<Added>('base', 'add', base, '--name', 'tiny', '--share')
  const published = await publisher.run<Added>(
    ...['publish', tuned, '--base', added.id, '--reward', 'speed']
  )

  const user = await startMember('user', options)
  t.teardown(() => user.kill())
  const found = await user.run<Listed[]>('experts', '--base', added.id)
  t.match(found, [{ id: published.id, reward: 'speed', complete: false }])

  t.equal(await coordinator.stop(), 0, 'the coordinator ends in order')
  const pulled = await user.run<Pulled[]>('pull', added.id, published.id)
  t.match(
    pulled.map(({ providers }) => providers),
    [[{ peer: publisher.peerId, rejected: 0 }], [{ peer: publisher.peerId, rejected: 0 }]],
    'the publisher alone sent the bytes'
  )
  const out = join(user.folder, 'tuned')
  await user.run('checkout', published.id, '--out', out)
  t.ok((await readFile(join(out, 'model.safetensors'))).equals(await readFile(tuned)))

  await t.test('a ticket alone is enough for a newcomer who knows nobody', async t => {
    const stranger = await startMember('stranger', { ...options, bootstrap: [] })
    t.teardown(() => stranger.kill())
    const [expert] = await stranger.run<Pulled[]>('pull', published.ticket)
    t.equal(expert?.id, published.id)
    t.equal(await stranger.stop(), 0)
  })

  await t.test('once its publisher is gone, an expert comes from whoever pulled it', async t => {
    t.equal(await publisher.stop(), 0)
    const late = await startMember('late', { ...options, bootstrap: user.addresses })
    t.teardown(() => late.kill())
    const [expert] = await late.run<Pulled[]>('pull', published.id)
    t.match(expert?.providers, [{ peer: user.peerId, rejected: 0 }])
    t.equal(await late.stop(), 0)
  })
  t.equal(await user.stop(), 0)
})
