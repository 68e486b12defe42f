import { join } from 'node:path'
import type { JsonValue } from '@soup/manifest'
import t from 'tap'
import {
  type BaseCopy,
  baseCopies,
  MAX_BASE_COPIES,
  rememberCopy
} from '../../src/library/base-copies.ts'
import { lookAtFile } from '../../src/library/models.ts'
import { writeModel } from '../fixtures.ts'
import { repo, withNode } from '../run-cli.ts'

const payload = (root: string): BaseCopy => ({ payload: { root, bytes: 9 } })

t.test('the copy that was added last comes first, and each once', async t => {
  const at = await repo(t)
  const path = await writeModel(join(at.folder, 'base.safetensors'))
  await withNode(at, async node => {
    t.same(await baseCopies(node, 'base'), [])
    const file = { file: await lookAtFile(path, []) }
    for (const copy of [payload('a'), file, payload('b'), payload('a')]) {
      await rememberCopy(node, 'base', copy)
    }
    t.same(await baseCopies(node, 'base'), [payload('a'), payload('b'), file])
    t.same(await baseCopies(node, 'other'), [])
    for (let i = 0; i < MAX_BASE_COPIES; i++) await rememberCopy(node, 'base', payload(`c${i}`))
    const kept = await baseCopies(node, 'base')
    t.equal(kept.length, MAX_BASE_COPIES)
    t.same(kept[0], payload(`c${MAX_BASE_COPIES - 1}`))
  })
})

t.test('what earlier versions remembered counts, the payload first', async t => {
  const at = await repo(t)
  const path = await writeModel(join(at.folder, 'base.safetensors'))
  await withNode(at, async node => {
    const file = await lookAtFile(path, [])
    await node.store.state.put('base-files', 'base', file as unknown as JsonValue)
    await node.store.state.put('base-payloads', 'base', { root: 'a', bytes: 9 })
    t.same(await baseCopies(node, 'base'), [payload('a'), { file }])
    await rememberCopy(node, 'base', payload('b'))
    t.same(await baseCopies(node, 'base'), [payload('b'), payload('a'), { file }])
    await node.store.state.put('base-files', 'noted less', { path, sizeBytes: 1 })
    t.same(await baseCopies(node, 'noted less'), [])
  })
})
