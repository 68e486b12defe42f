import { describeTensors, readPieces, type TensorReader } from '@soup/tensor'
import t from 'tap'
import { verified } from '../src/verified.ts'
import { checkpoint, collect, noise } from './fixtures.ts'

const data = noise(1, 100)
const base = checkpoint('the base', [['x', 'U8', [100], data]])
const payload = checkpoint('the payload', [])
const contents = {
  tensors: await describeTensors(base),
  metadata: new Map([['format', 'pt']])
}

t.test('bytes that hash to what is listed are handed out', async t => {
  const expert = verified({
    base,
    payload,
    contents,
    tensors: base.tensors,
    open: name => base.open(name)
  })
  t.ok((await collect(readPieces(expert, 'x'))).equals(data))
  t.equal(expert.metadata, contents.metadata)
  t.equal(expert.isSequential, true)
  await expert.close()
})

t.test('the read of the last bytes fails where they hash to something else', async t => {
  let at = 0
  const open = (): TensorReader => ({
    read: async target => {
      target.set(data.subarray(at, at + target.length))
      at += target.length
      if (at === data.length) target[target.length - 1]! ^= 1
    }
  })
  const init = { payload, contents, tensors: base.tensors, open }
  const reader = verified({ ...init, base }).open('x')
  await reader.read(new Uint8Array(50))
  await t.rejects(reader.read(new Uint8Array(50)), {
    code: 'DELTA_SHA256',
    message: /base the base or payload the payload/,
    details: { tensor: 'x' }
  })
  at = 0
  await t.rejects(verified(init).open('x').read(new Uint8Array(100)), { message: /is damaged/ })
})

t.test("an unknown tensor, or a start within one, is the program's mistake", t => {
  const expert = verified({
    base,
    payload,
    contents,
    tensors: base.tensors,
    open: name => base.open(name)
  })
  t.throws(() => expert.open('y'), RangeError)
  t.throws(() => expert.open('x', 1), RangeError)
  t.end()
})

t.test('what is listed of a tensor without bytes is checked at once', async t => {
  const empty = checkpoint('e', [['x', 'F32', [3, 0], new Uint8Array(0)]])
  const [tensor] = await describeTensors(empty)
  const listed = (sha256: string) => ({
    payload,
    contents: { ...contents, tensors: [{ ...tensor!, sha256 }] },
    tensors: empty.tensors,
    open: (name: string) => empty.open(name)
  })
  t.equal((await collect(readPieces(verified(listed(tensor!.sha256)), 'x'))).length, 0)
  t.throws(() => verified(listed('ab'.repeat(32))), {
    code: 'DELTA_INVALID',
    message: /tensor "x": it has no bytes .* expected e3b0c442/
  })
})
