import type { ByteSource } from '@soup/interface'
import t from 'tap'
import { closeAfter, closeAll, readAndClose } from '../src/close-all.ts'
import { source } from './fixtures.ts'

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
    message: 'reading m and closing it failed',
    errors: [error, { message: 'a' }]
  })
})

t.test('readAndClose() closes, and loses no error', async t => {
  const file = empty()
  t.equal(await readAndClose(file, async () => 1), 1)
  t.equal(file.closed, 1)
  const error = new Error('first')
  const fail = () => Promise.reject(error)
  await t.rejects(readAndClose(file, fail), error)
  t.equal(file.closed, 2)
  await t.rejects(readAndClose(stuck('a'), fail), { errors: [error, { message: 'a' }] })
  await t.rejects(
    readAndClose(stuck('a'), async () => 1),
    { message: 'a' }
  )
})
