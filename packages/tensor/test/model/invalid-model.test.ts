import t from 'tap'
import { invalidModel, unknownFormat } from '../../src/model/invalid-model.ts'

t.test('errors name the file and the problem', async t => {
  t.match(invalidModel('f', 'p'), { code: 'MODEL_INVALID', details: { file: 'f', problem: 'p' } })
  t.match(unknownFormat('f', 'do'), { code: 'FORMAT_UNKNOWN', message: /^f .*: do$/ })
})
