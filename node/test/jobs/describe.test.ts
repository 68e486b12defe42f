import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { tensorsId } from '@soup/manifest'
import t from 'tap'
import { describeJob, identifyJob } from '../../src/jobs/describe.ts'
import { tensors, writeModel } from '../fixtures.ts'

t.test('describe gives every tensor with its hash, their id and the size of the file', async t => {
  const path = await writeModel(join(t.testdir({}), 'm.safetensors'))
  const { bias, weight } = tensors()
  const sha256 = (data: Float32Array) =>
    createHash('sha256').update(new Uint8Array(data.buffer)).digest('hex')
  const listed = [
    { name: 'bias', dtype: 'F32', shape: [8], sha256: sha256(bias) },
    { name: 'weight', dtype: 'F32', shape: [64], sha256: sha256(weight) }
  ]
  t.same(await describeJob({ model: { kind: 'file', path } }, {}), {
    id: tensorsId(listed),
    tensors: listed,
    sizeBytes: (await stat(path)).size
  })
})

t.test('identify gives the id that the tensors have, whatever file they lie in', async t => {
  const folder = t.testdir({})
  const model = { kind: 'file', path: await writeModel(join(folder, 'm')) } as const
  const { tensors: list } = await describeJob({ model }, {})
  t.equal(await identifyJob({ model }, {}), tensorsId(list))
})
