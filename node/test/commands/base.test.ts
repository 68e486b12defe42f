import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseTicket } from '@soup/manifest'
import t from 'tap'
import { tensors, writeHeader, writeModel } from '../fixtures.ts'
import { kitchen, repo, writeModels } from '../run-cli.ts'

interface Base {
  id: string
  record: string
  ticket: string
}

t.test('base add describes a checkpoint and gives its id and a ticket', async t => {
  const at = await repo(t)
  await writeModels(at)
  const added = await at.json<Base>('base', 'add', 'base.safetensors', '--name', 'runner')
  const { size } = await stat(join(at.folder, 'base.safetensors'))
  t.match(added, { id: /^bafyrei/, name: 'runner', tensors: 2, bytes: size, ticket: /^soup/ })
  t.same(parseTicket(added.ticket), { record: added.record, addresses: [] })
  const { stdout } = await at.run('base', 'show', added.id.slice(0, 16))
  t.match(stdout, new RegExp(`^runner \\(${added.id}\\)`))
  t.match(stdout, /weight +F32 +\[64\]/)
})

t.test("a base's id comes from its tensors, not from its file", async t => {
  const at = await repo(t)
  await writeModels(at)
  const { bias, weight } = tensors()
  await writeModel(join(at.folder, 'same.safetensors'), { weight, bias })
  const a = await at.json<Base>('base', 'add', 'base.safetensors', '--name', 'a')
  const b = await at.json<Base>('base', 'add', 'same.safetensors', '--name', 'b')
  t.equal(a.id, b.id)
  t.not(a.record, b.record)
  t.same((await at.json<{ name: string }[]>('base', 'list')).map(({ name }) => name).sort(), [
    'a',
    'b'
  ])
})

t.test('base list tells what is here and what travels', async t => {
  const at = await repo(t)
  await writeModels(at)
  t.match((await at.run('base', 'list')).stdout, /soup-node base add.*soup-node pull TICKET/)
  const add = ['base', 'add', 'base.safetensors', '--name']
  await at.json(...add, 'kept')
  await at.json(...add, 'given', '--share', '--license', 'Apache-2.0')
  const list = await at.json<{ name: string }[]>('base', 'list')
  const byName = Object.fromEntries(list.map(base => [base.name, base]))
  t.match(byName.kept, { complete: true, shared: false, tensors: 2, publisher: /^12D3KooW/ })
  t.match(byName.given, { complete: true, shared: true, license: 'Apache-2.0' })
})

t.test('a base that was not shared needs its file, as it was', async t => {
  const at = await repo(t)
  await writeModels(at)
  const path = join(at.folder, 'base.safetensors')
  const { id } = await at.json<Base>('base', 'add', 'base.safetensors', '--name', 'a')
  const publish = ['publish', 'one.safetensors', '--base', id, '--reward', 'r']
  await at.json(...publish)
  await utimes(path, 1, 1)
  t.match(await at.fails(...publish), {
    code: 1,
    error: { code: 'BASE_CHANGED', message: `${path} changed`, details: { base: id, path } }
  })
  await rm(path)
  t.match(await at.fails(...publish), {
    error: { code: 'BASE_CHANGED', message: `${path} is gone` }
  })
  t.match(await at.json('base', 'list'), [{ id, complete: false }])
})

t.test('what is no checkpoint is refused by name, and nothing is kept of it', async t => {
  const at = await repo(t)
  const path = (name: string) => join(at.folder, name)
  await writeModels(at)
  const whole = await readFile(path('one.safetensors'))
  await writeFile(path('cut.safetensors'), whole.subarray(0, -1))
  const huge = Buffer.alloc(16)
  huge.writeBigUInt64LE(2n ** 62n)
  await writeFile(path('huge.safetensors'), huge)
  writeHeader(
    path('lying.safetensors'),
    '{"w":{"dtype":"F32","shape":[9],"data_offsets":[0,4]}}',
    4
  )
  const cases: [string, number, string][] = [
    ['cut', 1, 'SAFETENSORS_INVALID'],
    ['huge', 1, 'SAFETENSORS_INVALID'],
    ['lying', 1, 'SAFETENSORS_INVALID'],
    ['missing', 3, 'FILE_NOT_FOUND']
  ]
  for (const [name, code, error] of cases) {
    const file = `${name}.safetensors`
    const failed = await at.fails('base', 'add', file, '--name', 'x', '--share')
    t.match(failed, { code, error: { code: error, message: path(file) } }, name)
  }
  t.match(await at.fails('base', 'add', '.', '--name', 'x'), {
    code: 1,
    error: { code: 'FORMAT_UNKNOWN', message: at.folder }
  })
  t.same(await at.json('base', 'list'), [])
  t.same(await readdir(join(at.repo, 'tmp')), [])
})

t.test('a base needs a name that can be shown', async t => {
  const at = await repo(t)
  await writeModels(at)
  const add = ['base', 'add', 'base.safetensors']
  t.match(await at.fails(...add), { code: 2, error: { code: 'USAGE', message: '--name' } })
  t.match(await at.fails(...add, '--name', 'a\u001b[2Jb'), {
    code: 2,
    error: { code: 'USAGE', message: /^Option --name: expected .*, got "a\\u001b\[2Jb"$/ }
  })
  t.match(await at.fails('base', 'add', 'no.safetensors', '--name', 'a\nb'), {
    error: { code: 'USAGE', message: '--name' } // before the file is read
  })
  t.same(await at.json('base', 'list'), [])
})

t.test('base show says what an id is that names no base', async t => {
  const at = await kitchen(t)
  t.match(await at.fails('base', 'show', at.one), {
    code: 2,
    error: { code: 'NOT_A_BASE', message: 'soup-node base list' }
  })
  t.match(await at.fails('base', 'show', 'bafyreibogusbogus'), {
    code: 3,
    error: { code: 'NOT_FOUND', message: /bafyreibogusbogus.*soup-node start/ }
  })
})
