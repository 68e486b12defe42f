import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileSink, fileSource, memoryCheckpoint, writeSafetensors } from '@soup/tensor'
import { type Member, seededBytes, startMember } from '@soup/testing'
import t from 'tap'
import { NODE } from '../programs.ts'

/** Large enough that a pull is under way for a while, on loopback too. */
const MODEL_BYTES = 40 * 1024 * 1024

/** How many chunks may arrive before the pulling node is killed. */
const CHUNKS_BEFORE_KILL = 16

t.test('a node killed while it pulls finishes the pull, fetching only what is missing', async t => {
  const folder = t.testdir()
  const options = { program: NODE, folder, bootstrap: [] }
  const publisher = await startMember('publisher', options)
  t.teardown(() => publisher.kill())
  const user = await startMember('user', options)
  t.teardown(() => user.kill())
  const { base, expert, tuned } = await publishLarge(publisher)
  await user.run('pull', base)

  const arrived = chunksArrive(join(user.folder, 'repo/store/chunks/data'), CHUNKS_BEFORE_KILL)
  const interrupted = user.exit('pull', expert)
  await arrived
  await user.kill()
  t.equal((await interrupted).code, 1, 'the waiting command says that the daemon is gone')
  t.match((await interrupted).stderr, /API_CUT_OFF/)

  await user.restart()
  const unfinished = await user.exit('checkout', expert, '--out', join(user.folder, 'early'))
  t.equal(unfinished.code, 3, 'what is not whole is not used')
  const [report] = await user.run<{ bytes: number; resumedBytes: number }[]>('pull', expert)
  // All chunks may have come before the kill, if not the check of the whole.
  t.ok(report!.resumedBytes > 0 && report!.resumedBytes <= report!.bytes, 'the pull went on')
  const out = join(user.folder, 'expert')
  await user.run('checkout', expert, '--out', out)
  t.ok(await sameFile(join(out, 'model.safetensors'), tuned))
})

/** The base is all zeros, so it travels as one chunk; the expert is noise, so its delta is as large as itself. */
async function publishLarge(
  publisher: Member
): Promise<{ base: string; expert: string; tuned: string }> {
  const zeros = join(publisher.folder, 'zeros.safetensors')
  const tuned = join(publisher.folder, 'noise.safetensors')
  await write(zeros, new Uint8Array(MODEL_BYTES))
  await write(tuned, seededBytes(7, MODEL_BYTES))
  const base = await publisher.run<{ id: string; ticket: string }>(
    ...['base', 'add', zeros, '--name', 'zeros', '--share']
  )
  const expert = await publisher.run<{ ticket: string }>(
    ...['publish', tuned, '--base', base.id, '--reward', 'noise']
  )
  return { base: base.ticket, expert: expert.ticket, tuned }
}

async function write(path: string, data: Uint8Array): Promise<void> {
  const tensor = { name: 'weight', dtype: 'U8', shape: [data.length], data }
  await writeSafetensors(memoryCheckpoint({ tensors: [tensor] }), await fileSink(path))
}

/** Waits until so many chunks more are where they stay: those that are still being written are lost with the node. */
async function chunksArrive(chunks: string, count: number): Promise<void> {
  const before = await files(chunks)
  while ((await files(chunks)) < before + count) await setTimeout(1)
}

async function files(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).length
}

async function sameFile(a: string, b: string): Promise<boolean> {
  const [x, y] = await Promise.all([fileSource(a), fileSource(b)])
  try {
    if (x.sizeBytes !== y.sizeBytes) return false
    const read = (source: typeof x): Promise<Uint8Array> => source.read(0, source.sizeBytes)
    return Buffer.compare(await read(x), await read(y)) === 0
  } finally {
    await Promise.all([x.close(), y.close()])
  }
}
