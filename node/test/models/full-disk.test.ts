import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runOnFullDisk } from '@soup/testing'
import t from 'tap'
import { writeFolder } from '../folders.ts'
import { addBase, publish, repo } from '../run-cli.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/soup-node.js', import.meta.url))

t.test('a disk that is full after the first shard leaves no half folder', async t => {
  const at = await repo(t)
  const path = (name: string) => join(at.folder, name)
  const large = { shards: 2, tokens: 2 ** 17 } as const // an embedding of 4 MiB
  await writeFolder(path('base'), large)
  await writeFolder(path('tuned'), { ...large, step: 1 })
  const base = await addBase(at, 'base')
  const expert = await publish(at, 'tuned', base)
  for (const command of [
    ['base', 'add', path('base'), '--name', 'b', '--share'],
    ['checkout', expert, '--out', path('out')],
    ['soup', `${expert}=1`, '--out', path('out'), '--shard-size', '2MB']
  ]) {
    const argv = [...command, '--repo', at.repo, '--json', '--quiet']
    const { code, stderr } = await runOnFullDisk(PROGRAM, argv)
    t.equal(code, 1)
    t.match(JSON.parse(stderr), { error: { code: 'FILE_NO_SPACE' } }, command.join(' '))
  }
  t.same(await readdir(join(at.repo, 'tmp')), [], 'no temporary file is left')
  t.same((await readdir(at.folder)).sort(), ['base', 'repo', 'tuned'])
  await at.json('soup', `${expert}=1`, '--out', 'out')
  t.equal((await readdir(path('out'))).length, 7, 'shards, index, three files, recipe')
})
