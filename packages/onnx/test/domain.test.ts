import t from 'tap'
import { checkDomain } from '../src/domain.ts'

t.test('checkDomain() accepts the default operator set under both names, and no other', async t => {
  const names = (...domains: string[]) => domains.map(domain => Buffer.from(domain))
  for (const domains of [[], [''], ['ai.onnx']]) {
    t.doesNotThrow(() => checkDomain(names(...domains), 'node 0'))
  }
  t.throws(() => checkDomain(names('com.microsoft'), 'node 0'), {
    code: 'ONNX_UNSUPPORTED',
    message: /node 0: operators of the domain com.microsoft/
  })
  t.throws(() => checkDomain(names('', ''), 'node 0'), { code: 'ONNX_MALFORMED' })
})
