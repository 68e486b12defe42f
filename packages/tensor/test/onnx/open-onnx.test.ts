import { createHash } from 'node:crypto'
import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { buildModel, OnnxError } from '@soup/onnx'
import t from 'tap'
import { TensorError } from '../../src/errors.ts'
import { openOnnx } from '../../src/onnx/open-onnx.ts'
import { readFloats, readTensor } from '../../src/read-tensor.ts'
import { adding, field, floats, graphOf, integer, placed, vector } from './fixtures.ts'

const VECTORS = ['raw.onnx', 'typed.onnx', 'external.onnx']

t.test('openOnnx() gives the same tensors wherever the official package puts them', async t => {
  const contents = await Promise.all(
    VECTORS.map(async name => {
      const model = await openOnnx(vector(name))
      const list: Record<string, string> = {}
      for (const { name, dtype, shape } of model.tensors.values()) {
        t.same(shape, [4])
        list[dtype] = Buffer.from(await readTensor(model, name)).toString('hex')
      }
      t.same(model.externalFiles, name === 'external.onnx' ? ['external.onnx.data'] : [])
      await model.close()
      return list
    })
  )
  t.match(contents[0], { F32: '000000000000803f00004040000080bf', U32: /^00000000010/, F4: '20a5' })
  t.equal(Object.keys(contents[0]!).length, 20)
  for (const other of contents) t.same(other, contents[0])
})

t.test('tensors can be read from any element on, wherever their bytes are', async t => {
  for (const name of VECTORS) {
    const model = await openOnnx(vector(name))
    t.teardown(() => model.close())
    for (const tensor of ['INT64', 'FLOAT']) {
      const { sizeBytes } = model.tensors.get(tensor)!
      const whole = await readTensor(model, tensor)
      const rest = new Uint8Array(sizeBytes / 2)
      await model.open(tensor, sizeBytes / 2).read(rest)
      t.same(rest, whole.subarray(sizeBytes / 2))
    }
    t.throws(() => model.open('nothing'), { message: /raw|typed|external/, name: 'RangeError' })
  }
})

t.test('the graph is the companion file of the same name, whatever the weights are', async t => {
  const folder = t.testdir()
  const files = []
  for (const [name, value] of [
    ['a.onnx', 1],
    ['b.onnx', 2]
  ] as const) {
    const path = join(folder, name)
    writeFileSync(path, buildModel(adding(floats('w', value))))
    const model = await openOnnx(path)
    t.teardown(() => model.close())
    t.same(model.layout, { kind: 'onnx', graph: name })
    t.same([...model.files.keys()], [name])
    t.equal(model.name, path)
    t.notOk(model.isSequential)
    t.same([...(await readFloats(model, 'w'))], [value])
    files.push(model.files.get(name)!)
  }
  const bytes = await files[0]!.read()
  t.same(bytes, await graphOf(adding(floats('w', 1))))
  t.equal(files[0]!.sizeBytes, bytes.length)
  t.equal(files[0]!.sha256, createHash('sha256').update(bytes).digest('hex'))
  t.equal(files[1]!.sha256, files[0]!.sha256)
  bytes.fill(0)
  t.same(await files[0]!.read(), await files[1]!.read(), 'what was read is the caller’s')
  const reason = new Error('enough')
  await t.rejects(files[0]!.read({ signal: AbortSignal.abort(reason) }), reason)
})

t.test('a model of 1.5 GB opens at once, and its end is read in little memory', async t => {
  const [path, sizeBytes] = [join(t.testdir(), 'large.onnx'), 1.5 * 2 ** 30]
  const head = Buffer.concat([integer(1, sizeBytes), integer(2, 2), field(8, 'w')])
  const prefix = (id: number, length: number) => integer(id, length).subarray(1)
  const raw = Buffer.concat([Buffer.of(0x4a), prefix(9, sizeBytes)])
  const tensorBytes = head.length + raw.length + sizeBytes
  const tensor = Buffer.concat([Buffer.of(0x2a), prefix(5, tensorBytes), head, raw])
  const start = Buffer.concat([Buffer.of(0x3a), prefix(7, tensor.length + sizeBytes), tensor])
  const file = openSync(path, 'w')
  writeSync(file, start)
  ftruncateSync(file, start.length + sizeBytes)
  writeSync(file, Buffer.of(7), 0, 1, start.length + sizeBytes - 1)
  closeSync(file)
  const before = process.memoryUsage().rss
  const model = await openOnnx(path)
  t.teardown(() => model.close())
  const end = new Uint8Array(4)
  await model.open('w', sizeBytes - 4).read(end)
  t.same([...end], [0, 0, 0, 7])
  t.ok(model.files.get('large.onnx')!.sizeBytes < 100)
  t.ok(process.memoryUsage().rss - before < 64 * 2 ** 20)
})

t.test('openOnnx() refuses types that safetensors has not, by name', async t => {
  const path = join(t.testdir(), 'm.onnx')
  const int4 = field(5, integer(1, 2), integer(2, 22), field(8, 'q'), field(9, 'x'))
  writeFileSync(path, field(7, int4))
  await t.rejects(openOnnx(path), {
    code: 'ONNX_UNSUPPORTED',
    message: /m\.onnx: initializer "q" is INT4\[2\], which safetensors can't hold/
  })
})

t.test('openOnnx() refuses a file whose name peers would refuse', async t => {
  const folder = t.testdir()
  for (const [name, message] of [
    ['a:b.onnx', /a:b\.onnx.*without separators or control characters; rename the file$/],
    ['.onnx', /expected a name that ends in \.onnx; rename the file$/]
  ] as const) {
    writeFileSync(join(folder, name), buildModel(adding(floats('w', 1))))
    await t.rejects(openOnnx(join(folder, name)), { code: 'MODEL_INVALID', message })
  }
})

t.test('openOnnx() refuses what is missing or no model', async t => {
  const folder = t.testdir({ 'm.onnx': 'no model', 'folder.onnx': {} })
  await t.rejects(openOnnx(join(folder, 'n.onnx')), { code: 'FILE_NOT_FOUND' })
  await t.rejects(openOnnx(join(folder, 'folder.onnx')), { code: 'FILE_FAILED' })
  await t.rejects(openOnnx(join(folder, 'm.onnx')), {
    code: 'ONNX_MALFORMED',
    message: /^\/.*m\.onnx: /
  })
  const reason = new Error('enough')
  const signal = AbortSignal.abort(reason)
  await t.rejects(openOnnx(vector('raw.onnx'), { signal }), reason)
})

t.test('a file that is cut while it is open is an error that names the tensor', async t => {
  const folder = t.testdir()
  const path = join(folder, 'm.onnx')
  const place = { kind: 'external', location: 'w.data', offset: 0 } as const
  writeFileSync(path, await placed(adding(floats('w', 1, 2)), () => place))
  writeFileSync(join(folder, 'w.data'), Buffer.alloc(8))
  const model = await openOnnx(path)
  t.teardown(() => model.close())
  writeFileSync(join(folder, 'w.data'), 'cut')
  await t.rejects(readTensor(model, 'w'), { code: 'TENSOR_UNREADABLE', message: /tensor "w"/ })
})

t.test('openOnnx() of any damaged file either opens it or throws a coded error', async t => {
  const folder = t.testdir()
  writeFileSync(join(folder, 'external.onnx.data'), readFileSync(vector('external.onnx.data')))
  const originals = VECTORS.map(name => readFileSync(vector(name)))
  const path = join(folder, 'm.onnx')
  let [state, opened] = [7, 0]
  const next = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  for (let i = 0; i < 400; i++) {
    const bytes = Uint8Array.from(originals[i % originals.length]!)
    bytes[next(bytes.length)] = next(256)
    writeFileSync(path, next(8) === 0 ? bytes.subarray(0, next(bytes.length)) : bytes)
    try {
      const model = await openOnnx(path)
      for (const name of model.tensors.keys()) await readTensor(model, name)
      await model.close()
      opened++
    } catch (error) {
      if (!(error instanceof OnnxError || error instanceof TensorError)) throw error
    }
  }
  t.ok(opened > 50, `${opened} damaged files are models still`)
})
