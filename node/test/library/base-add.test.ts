import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tensorsId } from '@soup/manifest'
import t from 'tap'
import { describeJob } from '../../src/jobs/describe.ts'
import { addPayload, shareBase } from '../../src/library/base-add.ts'
import { findBase } from '../../src/library/lookup.ts'
import { baseModel } from '../../src/library/models.ts'
import { writeModel } from '../fixtures.ts'
import { repo, withNode } from '../run-cli.ts'

t.test('shareBase() signs what the file holds, and keeps the bytes where they are', async t => {
  const at = await repo(t)
  const path = await writeModel(join(at.folder, 'm.safetensors'))
  await withNode(at, async node => {
    const fields = { name: 'b', license: undefined, share: false }
    const { id, publisher, record } = await shareBase(node, path, fields, {})
    const { tensors, sizeBytes } = await describeJob({ model: { kind: 'file', path } }, {})
    t.equal(publisher, node.peerId)
    t.match(record, { base: tensorsId(tensors), tensors, bytes: sizeBytes, name: 'b' })
    t.equal(record.payload, undefined)
    t.equal((await findBase(node, record.base)).id, id)
    t.same(await baseModel(node, record.base), { kind: 'file', path })
  })
})

t.test('shareBase() with share copies the bytes, so that the file may go', async t => {
  const at = await repo(t)
  const path = await writeModel(join(at.folder, 'm.safetensors'))
  await withNode(at, async node => {
    const fields = { name: 'b', license: 'MIT', share: true }
    const { record } = await shareBase(node, path, fields, {})
    const bytes = await readFile(path)
    t.match(record, { license: 'MIT', payload: { bytes: bytes.length } })
    const source = await node.store.payloads.source(record.payload!.root)
    t.ok(bytes.equals(await source!.read(0, bytes.length)))
    t.match(await baseModel(node, record.base), { kind: 'named', model: { kind: 'payload' } })
  })
})

t.test('addPayload() of the same bytes gives the same root', async t => {
  const at = await repo(t)
  const path = await writeModel(join(at.folder, 'm.safetensors'))
  await withNode(at, async node => {
    const first = await addPayload(node, path, {})
    t.same(await addPayload(node, path, {}), first)
    t.equal(first.bytes, (await readFile(path)).length)
    const none = join(at.folder, 'none')
    await t.rejects(addPayload(node, none, {}), { code: 'FILE_NOT_FOUND', message: none })
  })
})
