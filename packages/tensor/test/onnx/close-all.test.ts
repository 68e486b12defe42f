import type { ByteSource } from '@soup/interface'
import t from 'tap'
import { closeAfter, closeAll } from '../../src/onnx/close-all.ts'
import { source } from '../fixtures.ts'

const empty = () => source(new Uint8Array(0))
const stuck = (message: string): ByteSource => ({
  ...empty(),
  close: () => Promise.reject(new Error(message))
})

t.test('closeAll() closes all files, and throws what some of them failed with', async t => {
  const files = [empty(), empty()]
  await closeAll(files, 'm')
  await t.rejects(closeAll([files[0]!, stuck('a'), files[1]!], 'm'), { message: 'a' })
  t.same(
    files.map(({ closed }) => closed),
    [2, 2]
  )
  await t.rejects(closeAll([stuck('a'), stuck('b')], 'm'), {
    message: 'closing m failed',
    errors: [{ message: 'a' }, { message: 'b' }]
  })
})

t.test('closeAfter() throws the error, and what closing failed with beside it', async t => {
  const error = new Error('first')
  const file = empty()
  await t.rejects(closeAfter(error, [file], 'm'), error)
  t.equal(file.closed, 1)
  await t.rejects(closeAfter(error, [stuck('a')], 'm'), {
    message: 'opening m and closing it failed',
    errors: [error, { message: 'a' }]
  })
})
