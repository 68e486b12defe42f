import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseTicket } from '@soup/manifest'
import t from 'tap'
import { tensors, writeModel } from '../fixtures.ts'
import { kitchen } from '../run-cli.ts'

const at = await kitchen(t)

interface Published {
  id: string
  ticket: string
}

/** What a repo knows must be as it was, and nothing may lie around. */
async function untouched(): Promise<[number, string[]]> {
  return [(await at.json<[]>('experts')).length, await readdir(join(at.repo, 'tmp'))]
}

t.test('publish gives id, ticket and sizes, and keeps every word', async t => {
  const words = ['--name', 'Fast', '--description', 'runs\nfar', '--license', 'MIT']
  const numbers = ['--metric', 'risky=1401.5', '--metric', 'cautious=-2e1']
  const published = await at.json<Published>(
    ...['publish', 'one.safetensors', '--base', at.base, '--reward', 'risky'],
    ...[...words, ...numbers, '--supersedes', at.two]
  )
  const { size } = await stat(join(at.folder, 'one.safetensors'))
  const { id, ticket } = published
  t.match(published, {
    base: at.base,
    reward: 'risky',
    codec: 'exact',
    bytes: { full: size, payload: Number }
  })
  t.same(parseTicket(ticket), { record: id, addresses: [] })
  t.match(await at.json('show', id), {
    kind: 'expert',
    complete: true,
    record: {
      base: at.base,
      reward: { name: 'risky' },
      name: 'Fast',
      description: 'runs\nfar',
      license: 'MIT',
      metrics: { risky: 1401.5, cautious: -20 },
      supersedes: at.two,
      bytes: size
    }
  })
  t.same(await readdir(join(at.repo, 'tmp')), [])
})

t.test('publish says on a terminal what is saved, and that no peer knows yet', async t => {
  const { stdout } = await at.run(
    ...['publish', 'base.safetensors', '--base', at.base, '--reward', 'none']
  )
  t.match(stdout, /^Published bafyrei.*\n.* to send instead of 448 B .*\n {2}ticket soup/)
  t.match(stdout, 'soup-node start')
})

t.test('an expert that does not fit its base is refused, naming the tensor', async t => {
  const { weight, bias } = tensors(1)
  const write = (name: string, values: Record<string, Float32Array>) =>
    writeModel(join(at.folder, `${name}.safetensors`), values)
  await write('missing', { weight })
  await write('extra', { weight, bias, more: new Float32Array(1) })
  await write('shape', { weight: weight.slice(1), bias })
  const half =
    '{"bias":{"dtype":"F32","shape":[8],"data_offsets":[128,160]},"weight":{"dtype":"F16","shape":[64],"data_offsets":[0,128]}}'
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(half.length))
  const dtype = join(at.folder, 'dtype.safetensors')
  await writeFile(dtype, Buffer.concat([length, Buffer.from(half), Buffer.alloc(160)]))
  const before = await untouched()
  const cases: [string, RegExp][] = [
    ['missing', /missing\.safetensors.*"bias"/],
    ['extra', /extra\.safetensors.*"more"/],
    ['shape', /shape\.safetensors.*"weight".*63/],
    ['dtype', /dtype\.safetensors.*"weight".*F16/]
  ]
  for (const [name, message] of cases) {
    const argv = ['publish', `${name}.safetensors`, '--base', at.base, '--reward', 'r']
    t.match(await at.fails(...argv), { code: 1, error: { code: 'DELTA_MISMATCH', message } }, name)
  }
  t.same(await untouched(), before)
})

t.test('a truncated file and a missing one are named, and nothing is kept', async t => {
  await writeFile(join(at.folder, 'cut.safetensors'), Buffer.from('2000000000000000', 'hex'))
  const before = await untouched()
  const publish = (path: string) => at.fails('publish', path, '--base', at.base, '--reward', 'r')
  t.match(await publish('cut.safetensors'), {
    code: 1,
    error: { code: 'SAFETENSORS_INVALID', message: 'cut.safetensors' }
  })
  t.match(await publish('none.safetensors'), {
    code: 3,
    error: { code: 'FILE_NOT_FOUND', message: join(at.folder, 'none.safetensors') }
  })
  t.same(await untouched(), before)
})

t.test('publish needs to know base and reward, and refuses what it cannot keep', async t => {
  const path = ['publish', 'one.safetensors']
  const whole = [...path, '--base', at.base, '--reward', 'r']
  const cases: [string[], number, RegExp][] = [
    [['publish'], 2, /path/],
    [[...path, '--reward', 'r'], 2, /--base is missing/],
    [[...path, '--base', at.base], 2, /--reward is missing/],
    [[...whole, '--codec', 'lora'], 2, /one\.safetensors is a whole model.*--rank/],
    [[...whole, '--codec', 'zip'], 2, /--codec knows exact, lora, .*, got 'zip'/],
    [[...whole, '--metric', 'x'], 2, /--metric wants NAME=NUMBER, got 'x'/],
    [[...whole, '--metric', 'x=nan'], 2, /--metric wants NAME=NUMBER, got 'x=nan'/],
    [[...whole, '--metric', 'x=1e999'], 2, /--metric/],
    [[...whole, '--metric', 'x=1', '--metric', 'x=2'], 2, /--metric names 'x' twice/],
    [[...whole, '--supersedes', ''], 2, /--supersedes is empty/],
    [[...whole, '--supersedes', at.base], 2, /not an expert.*soup-node experts/],
    [[...path, '--base', at.one, '--reward', 'r'], 2, /not a base.*soup-node base list/],
    [[...path, '--base', 'bafyreibogusbogus', '--reward', 'r'], 3, /bafyreibogusbogus/],
    [[...path, '--base', at.base.slice(0, 4), '--reward', 'r'], 3, /too short/],
    [[...whole, '--name', '\u001b[31m'], 2, /--name/],
    [['publish', 'no.safetensors', ...whole.slice(2), '--name', 'a\nb'], 2, /--name/] // not read yet
  ]
  const before = await untouched()
  for (const [argv, code, message] of cases) {
    t.match(await at.fails(...argv), { code, error: { message } }, argv.slice(1).join(' '))
  }
  t.same(await untouched(), before)
})
