import { signedBase, signedExpert } from '@soup/testing'
import t from 'tap'
import { NodeError } from '../../src/errors.ts'
import { nameOf, pullEach, type Wanted } from '../../src/library/pull-each.ts'
import { repo, withNode } from '../run-cli.ts'

/** Something that cannot even be found. */
function lost(name: string, code = 'NOT_FOUND'): Wanted {
  return { name, find: () => Promise.reject(new NodeError(code, `${name} is lost`)) }
}

t.test('the only thing wanted fails with its own error', async t => {
  await withNode(await repo(t), async node => {
    await t.rejects(pullEach(node, [lost('x')], {}), { code: 'NOT_FOUND', message: /^x is lost$/ })
    t.same(await pullEach(node, [], {}), [])
  })
})

t.test('the code of several failures is that of the first; a message names sixteen', async t => {
  await withNode(await repo(t), async node => {
    const record = await signedExpert(1, (await signedBase(1)).record.base)
    const offline: Wanted = { name: 'y', find: async () => ({ record, hints: [] }) }
    await t.rejects(pullEach(node, [lost('x', 'ID_AMBIGUOUS'), offline], {}), {
      code: 'ID_AMBIGUOUS',
      message: /^2 of 2 .*: x: x is lost; y: The node is offline. Brought here: nothing$/,
      details: { failures: [{ name: 'x' }, { name: 'y', code: 'NODE_OFFLINE' }], pulled: [] }
    })
    const many = Array.from({ length: 20 }, (_, i) => lost(`x${i}`))
    const error = await pullEach(node, many, {}).catch((error: NodeError) => error)
    t.match(error, { message: /; x15: x15 is lost; and 4 more\. / })
    t.match(error, { details: { failures: { length: 20 } } })
  })
})

t.test('an abort ends it at once', async t => {
  await withNode(await repo(t), async node => {
    const signal = AbortSignal.abort(new Error('enough'))
    const never = { name: 'never', find: () => Promise.reject(t.fail('it went on')) }
    await t.rejects(pullEach(node, [lost('x'), never], { signal }), { message: 'enough' })
  })
})

t.test('nameOf() is the id that commands take', async t => {
  const report = { bytes: 1, seconds: 1, providers: [], resumedBytes: 0, failures: [] }
  t.equal(nameOf({ ...report, id: 'r', kind: 'base', base: 'b' }), 'b')
  t.equal(nameOf({ ...report, id: 'r', kind: 'expert', base: 'b' }), 'r')
})
