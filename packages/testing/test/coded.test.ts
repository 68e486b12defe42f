import { SoupError } from '@soup/interface'
import { codeOf } from '@soup/testing'
import t from 'tap'

t.test('codeOf() gives the code of an error that has one, and passes any other on', async t => {
  t.equal(await codeOf(() => 1), undefined)
  t.equal(await codeOf(async () => 1), undefined)
  t.equal(await codeOf(() => Promise.reject(new SoupError('A_CODE', ''))), 'A_CODE')
  const fault = new TypeError('fault')
  await t.rejects(
    codeOf(() => {
      throw fault
    }),
    fault
  )
})
