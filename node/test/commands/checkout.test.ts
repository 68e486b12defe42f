import { createHash } from 'node:crypto'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExpertRecord } from '@soup/manifest'
import t from 'tap'
import { lookAtFile, rememberBaseFile } from '../../src/library/models.ts'
import { addBase, carry, kitchen, publish, repo, withNode, writeModels } from '../run-cli.ts'

const at = await kitchen(t)

t.test('checkout gives the published file again, bit for bit', async t => {
  const out = join(at.folder, 'out')
  const bytes = await readFile(join(at.folder, 'one.safetensors'))
  t.same(await at.json('checkout', at.one.slice(0, 20), '--out', 'out'), {
    id: at.one,
    out,
    files: ['model.safetensors'],
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    tensors: 2
  })
  t.ok((await readFile(join(out, 'model.safetensors'))).equals(bytes))
  t.same(await readdir(out), ['model.safetensors'])
})

t.test(
  'checkout refuses what is no expert, an occupied folder, an expert without payload',
  async t => {
    const before = (await readdir(at.folder)).sort()
    const cases: [string[], number, string][] = [
      [[at.base, '--out', 'never'], 2, 'NOT_AN_EXPERT'],
      [['bafyreibogusbogus', '--out', 'never'], 3, 'NOT_FOUND'],
      [[at.one], 2, 'USAGE'],
      [[at.one, '--out', 'repo'], 1, 'OUT_EXISTS']
    ]
    for (const [argv, code, error] of cases) {
      t.match(await at.fails('checkout', ...argv), { code, error: { code: error } }, argv.join(' '))
    }
    t.same((await readdir(at.folder)).sort(), before)
  }
)

t.test('an expert that is known but not pulled says how to get it', async t => {
  const other = await repo(t)
  await withNode(at, async from => {
    const records = await Array.fromAsync(from.store.records.list())
    await withNode(other, async to => {
      for (const record of records) await to.store.records.put(record)
    })
  })
  t.match(await other.fails('checkout', at.one, '--out', 'never'), {
    code: 3,
    error: { code: 'BASE_MISSING', message: `soup-node pull ${at.base}` }
  })
  await writeFile(
    join(other.folder, 'b.safetensors'),
    await readFile(join(at.folder, 'base.safetensors'))
  )
  await other.json('base', 'add', 'b.safetensors', '--name', 'mine')
  t.match(await other.fails('checkout', at.one, '--out', 'never'), {
    code: 3,
    error: { code: 'NOT_PULLED', message: `soup-node pull ${at.one}` }
  })
  await carry(at, other, at.one)
  await other.json('checkout', at.one, '--out', 'out')
})

t.test('a chunk that was damaged on the disk is found, and nothing is written', async t => {
  const { record } = await at.json<{ record: ExpertRecord }>('show', at.two)
  const chunk = await findFile(at.repo, record.payload.root)
  const bytes = await readFile(chunk)
  bytes[bytes.length - 1]! ^= 1
  await writeFile(chunk, bytes)
  t.match(await at.fails('checkout', at.two, '--out', 'never'), {
    code: 4,
    error: { code: 'PAYLOAD_INCOMPLETE', message: record.payload.root }
  })
  t.notOk((await readdir(at.folder)).some(name => name.startsWith('never')))
})

t.test(
  'what was right before is hashed again: a base changed behind its note is found',
  async t => {
    const other = await repo(t)
    await writeModels(other)
    const base = await addBase(other, 'base.safetensors')
    const one = await publish(other, 'one.safetensors', base)
    await other.json('checkout', one, '--out', 'right')
    const path = join(other.folder, 'base.safetensors')
    const bytes = await readFile(path)
    bytes[bytes.length - 1]! ^= 1
    await writeFile(path, bytes)
    await withNode(other, async node => {
      await rememberBaseFile(node, base, await lookAtFile(path, []))
    })
    t.match(await other.fails('checkout', one, '--out', 'wrong'), {
      code: 4,
      error: { code: 'DELTA_SHA256' }
    })
    t.notOk((await readdir(other.folder)).includes('wrong'))
  }
)

/** @returns the path of the file with this name */
async function findFile(folder: string, name: string): Promise<string> {
  for (const entry of await readdir(folder, { recursive: true })) {
    const path = join(folder, entry)
    if (entry.endsWith(name) && (await stat(path)).isFile()) return path
  }
  throw new Error(`no file ${name}`)
}
