import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Exit, runProgram, runToExit } from '@soup/testing'
import t from 'tap'
import { writeModel } from '../checkpoints.ts'
import { NODE } from '../programs.ts'

/**
 * No file may grow past some 300 to 600 KiB (the unit differs between shells): the 4 MiB models cannot be
 * written. tap's hooks are left out: they would let the signal that comes with the refusal kill the process.
 */
const LIMITED = 'unset NODE_OPTIONS; ulimit -f 600; exec "$@"'

/** Runs `soup-node` where the system refuses to write large files, as it does when a disk is full. */
async function onFullDisk(...args: string[]): Promise<Exit> {
  const command = ['-c', LIMITED, 'sh', process.execPath, NODE, ...args]
  const {
    code = 0,
    stdout,
    stderr
  } = (await promisify(execFile)('sh', command).catch((error: Exit) => error)) as Exit
  return { code, stdout, stderr }
}

t.test('a full disk ends each command in one sentence and leaves nothing half written', async t => {
  const folder = t.testdir()
  const repo = ['--repo', join(folder, 'repo'), '--json']
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
