import t from 'tap'
import { loadKernels } from '../../src/kernels/load.ts'

t.test('a program that was not built is missed by its name', async t => {
  const url = new URL('./nothing.wasm', import.meta.url)
  t.throws(() => loadKernels(url, 1), { message: /nothing\.wasm is missing: .*npm run build/ })
})

t.test('a function that is not there is missed by its name', async t => {
  const url = new URL('../../dist/kernels.wasm', import.meta.url)
  t.throws(() => loadKernels(url, 4096).kernel('nothing'), /there is no kernel nothing/)
})
