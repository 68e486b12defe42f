import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type ExpertRecord, signRecord, tensorsId } from '@soup/manifest'
import {
  fileSink,
  type MemoryTensor,
  memoryCheckpoint,
  type TensorDescription,
  writeSafetensors
} from '@soup/tensor'
import { testKey } from '@soup/testing'
import t from 'tap'
import { describeJob } from '../../src/jobs/describe.ts'
import { addPayload } from '../../src/library/base-add.ts'
import { checkExpert, leadsToResult } from '../../src/library/expert-payloads.ts'
import { findExpert } from '../../src/library/lookup.ts'
import { writeFolder } from '../folders.ts'
import { addBase, publish, repo, withNode } from '../run-cli.ts'

const at = await repo(t)
const path = (...names: string[]) => join(at.folder, ...names)
await writeFolder(path('base'))
await writeFolder(path('one'), { step: 1 })
const base = await addBase(at, 'base')
const one = await publish(at, 'one', base)

const ZERO_HASH = '0'.repeat(64)

/** What a stranger's payload says. */
interface Forged {
  metadata: Record<string, string>
  tensors?: MemoryTensor[]
  /** What the record says of the tensors; what the payload says unless given. */
  listed?: readonly TensorDescription[]
}

/** Signs a record over a payload of these metadata and tensors, as if it had just been pulled. @returns its id */
async function forge(
  name: string,
  { metadata, tensors = [], listed = [] }: Forged
): Promise<string> {
  const list = JSON.stringify(
    listed.map(({ name, dtype, shape, sha256 }) => [name, dtype, shape, sha256])
  )
  const all = { 'soup.codec': 'exact/2', 'soup.metadata': '[]', 'soup.tensors': list, ...metadata }
  const checkpoint = memoryCheckpoint({ name, metadata: Object.entries(all), tensors })
  await writeSafetensors(checkpoint, await fileSink(path(name)))
  return await withNode(at, async node => {
    const payload = await addPayload(node, path(name), {})
    await node.store.payloads.complete(payload.root, payload.bytes)
    const { record } = await findExpert(node, one)
    const codec = all['soup.codec'].replace(/\/.*/, '')
    const result = tensorsId([...listed])
    const forged: ExpertRecord = { ...record, result, codec, payload, name }
    const { id, kind, base: about, envelope } = await signRecord(forged, await testKey(1))
    await node.store.records.put({ id, kind, base: about, envelope })
    return id
  })
}

/** A folder's layout and a list of one file. */
function packed(fileName: string, layout: unknown = { kind: 'folder', shards: [] }) {
  return {
    'soup.layout': JSON.stringify(layout),
    'soup.files': JSON.stringify([{ fileName, sizeBytes: 4, sha256: ZERO_HASH }])
  }
}

t.test(
  'files that must not be written are refused when they are pulled, and that is remembered',
  async t => {
    const names = ['../x', '/etc/x', 'a\\b', '..', '', 'run.py', 'model.bin', 'model.safetensors']
    for (const fileName of names) {
      const id = await forge(`evil-${Buffer.from(fileName).toString('hex')}`, {
        metadata: packed(fileName)
      })
      await withNode(at, async node => {
        const expert = await findExpert(node, id)
        await t.rejects(
          checkExpert(node, expert),
          { code: 'PACK_INVALID', message: /its soup\.files: .*file/ },
          JSON.stringify(fileName)
        )
        t.equal(await node.store.state.get('expert-payloads', id), false)
        t.equal(await leadsToResult(node, expert), false)
      })
      t.match(await at.fails('checkout', id, '--out', 'never'), { error: { code: 'PACK_INVALID' } })
    }
  }
)

t.test('shards whose names lead elsewhere are refused', async t => {
  for (const fileName of ['../model.safetensors', '/model.safetensors', 'model.py']) {
    const layout = { kind: 'folder', shards: [{ fileName, tensors: ['w'] }] }
    const id = await forge(`shard-${Buffer.from(fileName).toString('hex')}`, {
      metadata: packed('config.json', layout)
    })
    t.match(await at.fails('checkout', id, '--out', 'never'), {
      error: { code: 'PACK_INVALID', message: /its soup\.layout: .*model/ }
    })
  }
})

t.test(
  'a tiny payload that claims tensors of terabytes is refused before memory is taken',
  async t => {
    const shape = [2 ** 20, 2 ** 20]
    const huge = [{ name: 'model.norm.weight', dtype: 'F32', shape, sha256: ZERO_HASH }]
    const table = { name: 'model.norm.weight', dtype: 'U8', shape: [64], data: new Uint8Array(64) }
    for (const codec of ['exact/1', 'exact/2', 'sparse/1', 'int8/1', 'bit1/1', 'lora/1']) {
      const id = await forge(`bomb-${codec.replace('/', '-')}`, {
        metadata: { 'soup.codec': codec },
        tensors: [table],
        listed: huge
      })
      t.ok((await stat(path(`bomb-${codec.replace('/', '-')}`))).size < 2_000)
      const before = process.memoryUsage.rss()
      const failed = await at.fails('checkout', id, '--out', 'never', '--lossy')
      t.match(failed.error.code, /^DELTA_(INVALID|MISMATCH)$/, `${codec}: ${failed.error.message}`)
      t.ok(process.memoryUsage.rss() - before < 2 ** 28, codec)
    }
    t.notOk((await readdir(at.folder)).some(name => name.startsWith('never')))
  }
)

const CODED = /^(ADAPTER_INVALID|COMPANION_MISSING|LAYOUT_MISMATCH|PACK_INVALID)$/

t.test(
  'a delta whose form is not that of its tensors ends in a code, or in what it is',
  async t => {
    const { tensors } = await describeJob({ model: { kind: 'file', path: path('base') } }, {})
    const file = { fileName: 'config.json', sizeBytes: 4, sha256: ZERO_HASH }
    const graph = { ...file, fileName: 'x.onnx' }
    const shard = (names: string[]) => ({ fileName: 'model.safetensors', tensors: names })
    const cases: [string, unknown, unknown[]][] = [
      ['adapter', { kind: 'adapter' }, []],
      ['adapter of a config', { kind: 'adapter' }, [{ ...file, fileName: 'adapter_config.json' }]],
      ['graph', { kind: 'onnx', graph: 'x.onnx' }, [graph]],
      ['graph alone', { kind: 'onnx', graph: 'x.onnx' }, []],
      ['empty folder', { kind: 'folder', shards: [] }, []],
      ['other tensors', { kind: 'folder', shards: [shard(['a', 'b'])] }, []],
      ['future', { kind: 'gguf' }, []],
      ['missing file', { kind: 'folder', shards: [shard(tensors.map(({ name }) => name))] }, [file]]
    ]
    for (const [name, layout, files] of cases) {
      const id = await forge(name, {
        metadata: { 'soup.layout': JSON.stringify(layout), 'soup.files': JSON.stringify(files) },
        listed: tensors
      })
      for (const argv of [
        ['checkout', id],
        ['soup', `${id}=1`]
      ]) {
        const { code, stderr } = await at.run(...argv, '--out', 'odd', '--json')
        if (code === 0) await rm(path('odd'), { recursive: true })
        else t.match(JSON.parse(stderr).error.code, CODED, `${argv[0]} of ${name}: ${stderr}`)
        t.notOk((await readdir(at.folder)).some(entry => entry.startsWith('odd')))
      }
    }
  }
)
