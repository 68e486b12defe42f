import { once } from 'node:events'
import { readdirSync, watch } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileSink, memoryCheckpoint, writeSafetensors } from '@soup/tensor'
import { type Member, seededBytes, startMember } from '@soup/testing'
import t from 'tap'
import { NODE } from '../programs.ts'

/** Large enough that a soup of it is under way for a while. */
const MODEL_BYTES = 72 * 2 ** 20

/** A node with a base that lies in a file of the user's, and a noisy expert over it. */
async function member(folder: string): Promise<{ node: Member; basePath: string; expert: string }> {
  const node = await startMember('user', { program: NODE, folder, bootstrap: [] })
  const [basePath, tuned] = [
    join(node.folder, 'base.safetensors'),
    join(node.folder, 'tuned.safetensors')
  ]
  await write(basePath, new Uint8Array(MODEL_BYTES))
  await write(tuned, seededBytes(3, MODEL_BYTES))
  const { id } = await node.run<{ id: string }>('base', 'add', basePath, '--name', 'zeros')
  const expert = await node.run<{ id: string }>('publish', tuned, '--base', id, '--reward', 'noise')
  return { node, basePath, expert: expert.id }
}

async function write(path: string, data: Uint8Array): Promise<void> {
  const tensors = ['a', 'b', 'c', 'd'].map((name, i) => {
    const part = data.subarray((i * data.length) / 4, ((i + 1) * data.length) / 4)
    return { name, dtype: 'U8', shape: [part.length], data: part }
  })
  await writeSafetensors(memoryCheckpoint({ tensors }), await fileSink(path))
}

/** Settles when the file of the soup has appeared, in a folder beside the one that is to be made. */
async function building(folder: string): Promise<void> {
  await appears(join(folder, await appears(folder, 'out.partial-')))
}

/** Settles when a folder holds something whose name begins so. @returns its name */
async function appears(folder: string, start = ''): Promise<string> {
  const watcher = watch(folder)
  try {
    for (;;) {
      const found = readdirSync(folder).find(name => name.startsWith(start))
      if (found !== undefined) return found
      await once(watcher, 'change')
    }
  } finally {
    watcher.close()
  }
}

t.test('a node killed while it builds a soup leaves no output folder', async t => {
  const { node, expert } = await member(t.testdir())
  t.teardown(() => node.kill())
  const began = building(node.folder)
  const soup = node.exit('soup', `${expert}=1`, '--out', join(node.folder, 'out'))
  await began
  await node.kill()
  t.match(await soup, { code: 1, stderr: /API_CUT_OFF/ })
  t.notOk((await readdir(node.folder)).includes('out'))
  await node.restart()
  const again = await node.exit('soup', `${expert}=1`, '--out', join(node.folder, 'out'))
  t.equal(again.code, 0, again.stderr)
})

t.test('an input that vanishes ends a soup of shards, named, and leaves none of them', async t => {
  const { node, basePath, expert } = await member(t.testdir())
  t.teardown(() => node.kill())
  const began = building(node.folder)
  const soup = node.exit(
    ...['soup', `${expert}=1`, '--out', join(node.folder, 'out'), '--shard-size', '20MB']
  )
  await began
  await rm(basePath)
  const { code, stderr } = await soup
  t.not(code, 0)
  t.match(stderr, /base\.safetensors(: there is no such file| changed while it was read)/)
  t.same(
    (await readdir(node.folder)).filter(name => name.startsWith('out')),
    []
  )
})
