import { parseRecord } from '@soup/manifest'
import { signedBase, signedExpert } from '@soup/testing'
import t from 'tap'

t.test('the fixtures are records that anybody can verify', async t => {
  const base = await signedBase(1)
  t.same(await parseRecord(base.envelope), base)
  const expert = await signedExpert(2, base.record.base, { license: 'MIT' })
  t.same(await parseRecord(expert.envelope), expert)
  t.equal(expert.record.license, 'MIT')
  t.not(base.publisher, expert.publisher)
  t.equal((await signedBase(1)).id, base.id)
})
