import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileSource, openSafetensors, readFloats } from '@soup/tensor'
import t from 'tap'
import { fisherJob } from '../../src/jobs/fisher.ts'
import { MAX_GRADIENT_FILES } from '../../src/jobs/limits.ts'
import { tensors, writeModel } from '../fixtures.ts'
import { writeFolder } from '../folders.ts'

t.test('a Fisher file holds the mean of squares, and says of how many samples', async t => {
  const folder = t.testdir({})
  const gradients = []
  for (const step of [1, 2, 3]) {
    gradients.push(await writeModel(join(folder, `${step}.safetensors`), tensors(step)))
  }
  const path = join(folder, 'fisher.safetensors')
  const { sha256, sizeBytes, tensorCount } = await fisherJob({ gradients, path }, {})
  const bytes = await readFile(path)
  t.equal(sha256, createHash('sha256').update(bytes).digest('hex'))
  t.equal(sizeBytes, bytes.length)
  t.equal(tensorCount, 2)
  const fisher = await openSafetensors(await fileSource(path))
  t.teardown(() => fisher.close())
  t.equal(fisher.metadata.get('soup.n'), '3')
  const expected = [...tensors(0).bias].map((_, i) =>
    Math.fround([1, 2, 3].reduce((sum, step) => sum + tensors(step).bias[i]! ** 2, 0) / 3)
  )
  t.same([...(await readFloats(fisher, 'bias'))], expected)
})

t.test('gradients of other shapes leave nothing behind', async t => {
  const folder = t.testdir({})
  const one = await writeModel(join(folder, 'one.safetensors'))
  const other = { ...tensors(), bias: new Float32Array(9) }
  const two = await writeModel(join(folder, 'two.safetensors'), other)
  const job = fisherJob({ gradients: [one, two], path: join(folder, 'fisher.safetensors') }, {})
  await t.rejects(job, { code: 'SOUP_MISMATCH', message: two })
  t.same((await readdir(folder)).sort(), ['one.safetensors', 'two.safetensors'])
})

t.test('sharded gradients count with all of their files', async t => {
  const folder = t.testdir({})
  const two = await writeFolder(join(folder, 'two'), { shards: 2 })
  const average = (count: number, path: string) =>
    fisherJob({ gradients: Array(count).fill(two), path: join(folder, path) }, {})
  t.match(await average(MAX_GRADIENT_FILES / 2, 'most'), { tensorCount: 4 })
  await t.rejects(average(MAX_GRADIENT_FILES / 2 + 1, 'more'), {
    code: 'USAGE',
    message: /first 451 gradients .*fewer shards/
  })
  t.same((await readdir(folder)).sort(), ['most', 'two'])
})
