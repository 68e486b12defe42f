import { type ExpertRecord, type SignedRecord, signRecord } from '@soup/manifest'
import { signedExpert, testKey } from '@soup/testing'
import t from 'tap'
import { checkExpert, leadsToResult, rememberExpert } from '../../src/library/expert-payloads.ts'
import { findExpert } from '../../src/library/lookup.ts'
import type { SoupNode } from '../../src/node.ts'
import { jobLog } from '../job-log.ts'
import { kitchen, withNode } from '../run-cli.ts'

const at = await kitchen(t)

/** A record of a stranger that claims another result for the payload of an expert. */
async function liar(node: SoupNode): Promise<SignedRecord<ExpertRecord>> {
  const { record } = await findExpert(node, at.one)
  const { result } = (await findExpert(node, at.two)).record
  return await signRecord({ ...record, result }, await testKey(1))
}

t.test('a payload is checked in a worker thread, once', async t => {
  await withNode(at, async node => {
    const jobs = jobLog(t)
    const { record } = await findExpert(node, at.one)
    const copy = await signRecord({ ...record, name: 'a copy' }, await testKey(1))
    t.equal(await leadsToResult(node, copy), true)
    t.same(jobs, ['check'])
    t.equal(await leadsToResult(node, copy), true)
    t.equal(await leadsToResult(node, await findExpert(node, at.two)), true)
    t.same(jobs, ['check'], 'what was published here needs no check')
  })
})

t.test('a payload that leads elsewhere is refused, and that is remembered', async t => {
  await withNode(at, async node => {
    const jobs = jobLog(t)
    const signed = await liar(node)
    const mismatch = { code: 'EXPERT_MISMATCH', details: { id: signed.id } }
    await t.rejects(checkExpert(node, signed), mismatch)
    t.equal(await leadsToResult(node, signed), false)
    t.same(jobs, ['check'])
    await t.rejects(checkExpert(node, signed), mismatch)
    t.same(jobs, ['check', 'check'], 'who checks, checks')
  })
})

t.test('what was not found out is found out the next time', async t => {
  await withNode(at, async node => {
    const { record } = await findExpert(node, at.one)
    const copy = await signRecord({ ...record, name: 'another' }, await testKey(1))
    const signal = AbortSignal.abort(new Error('enough'))
    await t.rejects(leadsToResult(node, copy, { signal }), { message: 'enough' })
    t.equal(await leadsToResult(node, copy), true)
    const false_ = await liar(node)
    await rememberExpert(node, false_.id)
    t.equal(await leadsToResult(node, false_), true, 'what is remembered is believed')
  })
})

t.test('a payload that is not here leads nowhere', async t => {
  await withNode(at, async node => {
    const absent = await signedExpert(1, at.base)
    await t.rejects(checkExpert(node, absent), { code: 'NOT_PULLED', details: { id: absent.id } })
    t.equal(await leadsToResult(node, absent), false)
  })
})
