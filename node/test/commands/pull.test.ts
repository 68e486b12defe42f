import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeTicket } from '@soup/manifest'
import { signedExpert } from '@soup/testing'
import t from 'tap'
import { Invocation } from '../../src/commands/invocation.ts'
import { pull } from '../../src/commands/pull.ts'
import { experts } from '../../src/library/holdings.ts'
import { holdsPayload } from '../../src/library/models.ts'
import { refreshCatalogue } from '../../src/library/refresh.ts'
import { openNode } from '../../src/node.ts'
import { defaultConfig } from '../../src/repo/config.ts'
import { repoPaths } from '../../src/repo/repo.ts'
import { tensors, writeModel } from '../fixtures.ts'
import { kitchen, repo, startDaemon } from '../run-cli.ts'

interface Report {
  id: string
  base: string
  bytes: number
  seconds: number
  providers: { peer: string; bytes: number; rejected: number }[]
  resumedBytes: number
}

const cook = await kitchen(t)
const guest = await repo(t, join(t.testdirName, 'guest'))
const server = await startDaemon(t, cook)
await startDaemon(t, guest)

/** A ticket as the cook's daemon hands it out. */
const ticketOf = (record: string) => encodeTicket({ record, addresses: server.addresses })
const bytesOf = async (id: string) => {
  const { record } = await cook.json<{ record: { payload: { bytes: number } } }>('show', id)
  return record.payload.bytes
}

t.test('a ticket brings an expert here from a peer that was never heard of', async t => {
  t.same(await guest.json('peers'), [])
  const [report, ...others] = await guest.json<Report[]>('pull', ticketOf(cook.one))
  const bytes = await bytesOf(cook.one)
  t.same(others, [])
  t.match(report, { id: cook.one, base: cook.base, bytes, seconds: Number, resumedBytes: 0 })
  t.same(
    report?.providers.map(({ peer }) => peer),
    [server.peerId]
  )
  t.match(report?.providers[0], { bytes, rejected: 0 })
  t.match(await guest.json('show', cook.one), { complete: true })
})

t.test('a second pull finds everything here', async t => {
  const [report] = await guest.json<Report[]>('pull', cook.one)
  const bytes = await bytesOf(cook.one)
  t.match(report, { id: cook.one, bytes, resumedBytes: bytes, providers: [] })
})

t.test('an expert without its base says how to get the base, and that works', async t => {
  const failed = await guest.fails('soup', `${cook.one}=1`, '--out', 'never')
  t.match(failed, {
    code: 3,
    error: { code: 'BASE_MISSING', message: `soup-node pull ${cook.base}` }
  })
  const [report] = await guest.json<Report[]>('pull', cook.base)
  t.match(report, { providers: [{ peer: server.peerId }] })
  const [there, here] = [
    await guest.json<{ sha256: string }>('soup', `${cook.one}=1`, '--out', 'soup'),
    await cook.json<{ sha256: string }>('soup', `${cook.one}=1`, '--out', 'soup')
  ]
  t.equal(there.sha256, here.sha256)
})

t.test('a base that was pulled is called by the id that commands take', async t => {
  const { record } = await cook.json<{ record: string }>('base', 'show', cook.base)
  t.match(await guest.json('pull', cook.base), [{ id: record, base: cook.base, kind: 'base' }])
  t.match((await guest.run('pull', cook.base)).stdout, `Pulled base ${cook.base}: `)
})

t.test('pull --all brings every expert of a base', async t => {
  const reports = await guest.json<Report[]>('pull', '--all', '--base', cook.base)
  t.same(reports.map(({ id }) => id).sort(), [cook.one, cook.two].sort())
  const { stdout } = await guest.run('checkout', cook.two, '--out', 'two')
  t.match(stdout, 'bit for bit')
  const name = join('two', 'model.safetensors')
  const pulled = await readFile(join(guest.folder, name))
  t.ok(pulled.equals(await readFile(join(cook.folder, 'two.safetensors'))))
})

t.test('pull --all of a base without experts says so', async t => {
  const path = join(cook.folder, 'two.safetensors')
  const { id } = await guest.json<{ id: string }>('base', 'add', path, '--name', 'barren')
  t.match(await guest.run('pull', '--all', '--base', id), {
    code: 0,
    stdout: /^Nothing to pull: no expert of this base is known yet.*soup-node peers/
  })
  t.same(await guest.json('pull', '--all', '--base', id), [])
})

t.test('an expert that cannot be pulled does not keep pull --all from the others', async t => {
  const { root } = repoPaths((await repo(t, join(t.testdir({}), 'robust'))).repo)
  const config = { ...defaultConfig(), listen: ['/ip4/127.0.0.1/tcp/0'] }
  const node = await openNode(repoPaths(root), config, { network: true })
  t.teardown(() => node.close())
  await node.exchange?.connect(server.addresses[0]!)
  await refreshCatalogue(node, cook.base)
  const known = (await Array.fromAsync(experts(node, cook.base))).map(({ signed }) => signed)
  const honest = known.filter(({ id }) => id === cook.one || id === cook.two)
  t.equal(honest.length, 2)
  let bogus = await signedExpert(0, cook.base)
  for (let i = 1; honest.some(({ id }) => id < bogus.id); i++) {
    bogus = await signedExpert(i, cook.base)
  }
  const { id, kind, base, envelope } = bogus
  await node.store.records.put({ id, kind, base, envelope })
  const invocation = new Invocation({ args: [], options: { all: true, base: cook.base }, cwd: '/' })
  const context = { ...node, announce() {}, log() {} }
  const brought = { pulled: Array, failures: [{ name: id, code: 'EXCHANGE_NO_PROVIDER' }] }
  await t.rejects(pull.run(context, invocation, {}), {
    code: 'EXCHANGE_NO_PROVIDER',
    message: new RegExp(`^1 of \\d could not be pulled: ${id}: .*Brought here: .*${cook.one}`),
    details: brought
  })
  for (const expert of honest) t.equal(await holdsPayload(node, expert), true)
})

t.test('what is published while peers are connected is known to them at once', async t => {
  const { id } = await cook.json<{ id: string }>(
    ...['publish', 'base.safetensors', '--base', cook.base, '--reward', 'late']
  )
  const late = await guest.json<{ id: string; complete: boolean }[]>('experts', '--reward', 'late')
  t.match(late, [{ id, complete: false }])
  const { stdout } = await guest.run('pull', id)
  t.match(stdout, new RegExp(`^Pulled expert ${id}: .*\n {2}.* from ${server.peerId.slice(0, 16)}`))
})

t.test('pull names what it cannot bring', async t => {
  const cases: [string[], number, string, RegExp][] = [
    [[], 2, 'USAGE', /ids or tickets/],
    [['--all'], 2, 'USAGE', /--base/],
    [['--all', '--base', 'x', 'bafyreibogusbogus'], 2, 'USAGE', /or else --all/],
    [['--base', 'x', 'bafyreibogusbogus'], 2, 'USAGE', /or else --all/],
    [['soupnonsense'], 2, 'TICKET_INVALID', /ticket/],
    [['bafyreibogusbogus'], 3, 'NOT_FOUND', /bafyreibogusbogus.*ticket/],
    [[`${cook.one.slice(0, -4)}aaaa`], 3, 'NOT_FOUND', /ticket/]
  ]
  for (const [argv, code, error, message] of cases) {
    const failed = await guest.fails('pull', ...argv)
    t.match(failed, { code, error: { code: error, message } }, argv.join(' '))
  }
})

t.test('of several things each failure is told, and what was brought', async t => {
  const lost = `${cook.one.slice(0, -4)}aaaa`
  t.match(await guest.fails('pull', lost, cook.one, 'bafyreibogusbogus'), {
    code: 3,
    error: {
      code: 'NOT_FOUND',
      message: new RegExp(
        `^2 of 3 could not be pulled: ${lost}: .*; bafyreibogusbogus: .*Brought here: ${cook.one}$`
      ),
      details: {
        failures: [{ name: lost, code: 'NOT_FOUND' }, { name: 'bafyreibogusbogus' }],
        pulled: [{ id: cook.one }]
      }
    }
  })
  const none = await guest.fails('pull', lost, 'bafyreibogusbogus')
  t.match(none, { error: { message: /^2 of 2 .*Brought here: nothing$/ } })
  const malformed = await guest.fails('pull', lost, 'soupnonsense')
  t.match(malformed, { code: 2, error: { code: 'TICKET_INVALID' } }, 'before anything is pulled')
})

t.test('records of a base that proved false stand below what was brought', async t => {
  const failure = { id: 'bafyreifalse', publisher: '12D3KooWLiar', code: 'BASE_MISMATCH' }
  const failures = [
    { ...failure, message: 'is another base' },
    { ...failure, id: 'bafyreilost', message: 'nobody has it' }
  ]
  const report = { id: 'bafyreirecord', kind: 'base', base: 'bafyreibase', bytes: 7, seconds: 1 }
  t.equal(
    pull.render([{ ...report, providers: [], resumedBytes: 0, failures }]),
    [
      'Pulled base bafyreibase: 7 B in 1 s',
      '  in vain: record bafyreifalse of 12D3KooWLiar: is another base',
      '  in vain: record bafyreilost of 12D3KooWLiar: nobody has it'
    ].join('\n')
  )
})

t.test('a base that was not shared is known by its record, but cannot be pulled', async t => {
  const alone = await repo(t, join(t.testdir({}), 'alone'))
  await rm(join(alone.folder, 'base.safetensors'), { force: true })
  const path = join(cook.folder, 'two.safetensors')
  const { record } = await alone.json<{ record: string }>('base', 'add', path, '--name', 'kept')
  const daemon = await startDaemon(t, alone)
  const ticket = encodeTicket({ record, addresses: daemon.addresses })
  t.match(await guest.fails('pull', ticket), {
    code: 3,
    error: { code: 'NO_PAYLOAD', message: 'soup-node base add', details: { id: record } }
  })
})

t.test('a peer that is gone is a network failure, and another pull can still succeed', async t => {
  const alone = await kitchen(t, join(t.testdir({}), 'alone'))
  const daemon = await startDaemon(t, alone)
  await writeModel(join(alone.folder, 'new.safetensors'), tensors(5))
  const { id } = await alone.json<{ id: string }>(
    ...['publish', 'new.safetensors', '--base', alone.base, '--reward', 'gone']
  )
  const ticket = encodeTicket({ record: id, addresses: daemon.addresses })
  await guest.json('show', ticket)
  t.equal(await daemon.stop(), 0)
  t.match(await guest.fails('pull', ticket), { code: 5, error: { code: 'EXCHANGE_NO_PROVIDER' } })
  const unknown = encodeTicket({ record: `${id.slice(0, -4)}aaaa`, addresses: daemon.addresses })
  t.match(await guest.fails('pull', unknown), { code: 5 })
  t.match(await guest.json('show', id), { complete: false })
  const again = await startDaemon(t, alone)
  const ticketAgain = encodeTicket({ record: id, addresses: again.addresses })
  t.match(await guest.json('pull', ticketAgain), [{ id, providers: [{ peer: daemon.peerId }] }])
})

t.test('without a daemon, pull brings the network up for as long as it needs it', async t => {
  const alone = await repo(t, join(t.testdir({}), 'alone'))
  const [report] = await alone.json<Report[]>('pull', ticketOf(cook.two))
  t.match(report, { id: cook.two, providers: [{ peer: server.peerId }] })
  t.match(await alone.json('show', cook.two), { complete: true })
  t.match(await alone.json('status'), { running: false })
})
