import t from 'tap'
import { fileError } from '../src/file-error.ts'

const errno = (code: string) => Object.assign(new Error(`${code}: something`), { code })

t.test('a full disk is told with the path and the bytes that are needed', async t => {
  const cause = errno('ENOSPC')
  t.match(fileError('/models/a', cause, 123), {
    code: 'FILE_NO_SPACE',
    message: '/models/a: the disk is full, 123 bytes are needed',
    details: { path: '/models/a', errno: 'ENOSPC', needBytes: 123 },
    cause
  })
  t.equal(fileError('/a', errno('EDQUOT')).code, 'FILE_NO_SPACE')
})

t.test('too many open files are told with the way out', async t => {
  for (const code of ['EMFILE', 'ENFILE']) {
    t.match(fileError('/a', errno(code)), {
      code: 'FILE_FAILED',
      message: '/a: too many files are open: allow more with ulimit -n'
    })
  }
})

t.test(
  'missing and existing files have codes of their own, all else keeps its message',
  async t => {
    t.equal(fileError('/a', errno('ENOENT')).code, 'FILE_NOT_FOUND')
    t.equal(fileError('/a', errno('EEXIST')).code, 'FILE_EXISTS')
    t.match(fileError('/a', errno('EIO')), { code: 'FILE_FAILED', message: '/a: EIO: something' })
  }
)
