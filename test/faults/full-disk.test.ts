import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { runOnFullDisk, runProgram, runToExit } from '@soup/testing'
import t from 'tap'
import { writeModel } from '../checkpoints.ts'
import { NODE } from '../programs.ts'

const onFullDisk = (...args: string[]) => runOnFullDisk(NODE, args)

t.test('a full disk ends each command in one sentence and leaves nothing half written', async t => {
  const folder = t.testdir()
  const repo = ['--repo', join(folder, 'repo'), '--json', '--quiet']
  const run = <T>(...args: string[]): Promise<T> => runProgram<T>(NODE, [...args, ...repo])
  const base = await writeModel(join(folder, 'base.safetensors'), 0, 1_024)
  const tuned = await writeModel(join(folder, 'tuned.safetensors'), 1, 1_024)
  await run('init')

  const sharing = await onFullDisk('base', 'add', base, '--name', 'b', '--share', ...repo)
  t.equal(sharing.code, 1)
  t.match(JSON.parse(sharing.stderr), { error: { code: 'STORE_FULL' } })
  const { id } = await run<{ id: string }>('base', 'add', base, '--name', 'b', '--share')

  const publishing = await onFullDisk(
    ...['publish', tuned, '--base', id, '--reward', 'speed', ...repo]
  )
  t.equal(publishing.code, 1)
  t.match(JSON.parse(publishing.stderr), { error: { code: 'FILE_NO_SPACE' } })
  t.same(await readdir(join(folder, 'repo', 'tmp')), [], 'no temporary file is left')
  t.same(await run('experts'), [], 'nothing half published')
  const expert = await run<{ id: string }>('publish', tuned, '--base', id, '--reward', 'speed')

  const out = join(folder, 'out')
  for (const command of [
    ['checkout', expert.id],
    ['soup', `${expert.id}=1`]
  ]) {
    const { code, stderr } = await onFullDisk(...command, '--out', out, ...repo)
    t.equal(code, 1)
    t.match(JSON.parse(stderr), { error: { code: 'FILE_NO_SPACE' } })
  }
  t.same((await readdir(folder)).sort(), ['base.safetensors', 'repo', 'tuned.safetensors'])
  t.equal((await runToExit(NODE, ['checkout', expert.id, '--out', out, ...repo])).code, 0)
})
