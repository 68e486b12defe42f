import t from 'tap'
import { isOutOfFiles } from '../src/out-of-files.ts'

t.test('isOutOfFiles() knows the system by its codes, wherever they stand', async t => {
  t.equal(isOutOfFiles('EMFILE'), true)
  t.equal(isOutOfFiles(new Error('ENFILE: file table overflow, open /a')), true)
  t.equal(isOutOfFiles(new Error('Worker initialization failure: EMFILE')), true)
  t.equal(isOutOfFiles('Cannot read package config /a/package.json: too many open files.'), true)
  t.equal(isOutOfFiles(new Error('ENOENT: no such file')), false)
  t.equal(isOutOfFiles(undefined), false)
})
