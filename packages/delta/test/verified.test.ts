import { describeTensors, readPieces } from '@soup/tensor'
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
  const expert = verified({ base, payload, contents, pieces: name => readPieces(base, name) })
  t.ok((await collect(readPieces(expert, 'x'))).equals(data))
  t.equal(expert.metadata, contents.metadata)
  t.equal(expert.isSequential, true)
  await expert.close()
})

t.test('the last piece is held back where the bytes hash to something else', async t => {
  const pieces = async function* () {
    yield data.slice(0, 50)
    yield data.slice(50).fill(0, 49)
  }
  const reader = verified({ base, payload, contents, pieces }).open('x')
  await reader.read(new Uint8Array(50))
  await t.rejects(reader.read(new Uint8Array(50)), {
    code: 'DELTA_SHA256',
    message: /base the base or payload the payload/,
    details: { tensor: 'x' }
  })
})

t.test("an unknown tensor, or a start within one, is the program's mistake", t => {
  const expert = verified({ base, payload, contents, pieces: name => readPieces(base, name) })
  t.throws(() => expert.open('y'), RangeError)
  t.throws(() => expert.open('x', 1), RangeError)
  t.end()
})
