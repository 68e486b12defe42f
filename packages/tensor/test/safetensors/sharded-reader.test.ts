import type { ByteSource } from '@soup/interface'
import t from 'tap'
import { MAX_INDEX_BYTES, PIECE_BYTES } from '../../src/limits.ts'
import { readPieces } from '../../src/pieces.ts'
import { openSharded } from '../../src/safetensors/sharded-reader.ts'
import { collect, file, source } from '../fixtures.ts'

const A = 'model-00001-of-00002.safetensors'
const B = 'model-00002-of-00002.safetensors'
const C = 'model-extra.safetensors'

/** A shard of tensors of 4 bytes, in the order given. */
function shard(names: readonly string[], metadata = '{"format":"pt"}'): Buffer {
  const entries = names.map(
    (name, i) => `"${name}":{"dtype":"U8","shape":[4],"data_offsets":[${4 * i},${4 * i + 4}]}`
  )
  const data = Buffer.concat(names.map(name => Buffer.alloc(4, name)))
  return file(`{${[`"__metadata__":${metadata}`, ...entries].join()}}`, data)
}

/** A folder of shards: what was opened, and how often each source was closed and read. */
function folder(index: unknown, shards: Record<string, Buffer>) {
  const opened: (ReturnType<typeof source> & { fileName: string; reads: number })[] = []
  const indexSource = { ...source(Buffer.from(JSON.stringify(index))), name: 'index.json' }
  const openShard = async (fileName: string): Promise<ByteSource> => {
    const bytes = shards[fileName]
    if (bytes === undefined) throw new Error(`no ${fileName}`)
    const inner = source(bytes)
    const counted = {
      ...inner,
      name: fileName,
      fileName,
      reads: 0,
      read(offset: number, length: number) {
        this.reads++
        return inner.read(offset, length)
      }
    }
    opened.push(counted)
    return counted
  }
  return { opened, indexSource, open: () => openSharded(indexSource, openShard) }
}

const index = (weight_map: Record<string, string>, total_size?: number) => ({
  metadata: total_size === undefined ? {} : { total_size },
  weight_map
})
const RIGHT = index({ c: B, b: A, a: A }, 12)

t.test('the shards are one checkpoint, in the order of their names and offsets', async t => {
  const { open, opened, indexSource } = folder(RIGHT, { [A]: shard(['b', 'a']), [B]: shard(['c']) })
  const checkpoint = await open()
  t.equal(checkpoint.name, 'index.json')
  t.equal(indexSource.closed, 1, 'the index is not needed any more')
  t.strictSame([...checkpoint.tensors.keys()], ['b', 'a', 'c'])
  t.strictSame(checkpoint.shards, [
    { fileName: A, tensors: ['b', 'a'] },
    { fileName: B, tensors: ['c'] }
  ])
  t.strictSame(
    opened.map(({ reads }) => reads),
    [2, 2],
    'only length and header are read'
  )
  for (const name of 'abc') {
    t.equal(Buffer.concat(await collect(readPieces(checkpoint, name))).toString(), name.repeat(4))
  }
  await t.rejects(collect(readPieces(checkpoint, 'toString')), {
    message: 'index.json has no tensor "toString"'
  })
  await checkpoint.close()
  t.strictSame(
    opened.map(({ closed }) => closed),
    [1, 1]
  )
})

t.test('total_size may be missing; no tensors at all are a checkpoint', async t => {
  const { open } = folder(index({ a: A }), { [A]: shard(['a']) })
  t.equal((await open()).tensors.size, 1)
  const empty = await folder(index({}, 0), {}).open()
  t.equal(empty.tensors.size, 0)
  t.equal(empty.metadata.size, 0)
})

t.test('metadata are what all shards agree on', async t => {
  const { open } = folder(index({ a: A, b: B, c: C }), {
    [A]: shard(['a'], '{"format":"pt","part":"1","pair":"yes","only":"here"}'),
    [B]: shard(['b'], '{"part":"2","format":"pt","pair":"yes"}'),
    [C]: shard(['c'], '{"part":"3","format":"pt"}')
  })
  t.strictSame([...(await open()).metadata], [['format', 'pt']])
})

t.test('a large tensor comes in pieces', async t => {
  const size = PIECE_BYTES + 5
  const bytes = file(
    `{"x":{"dtype":"U8","shape":[${size}],"data_offsets":[0,${size}]}}`,
    Buffer.alloc(size, 7)
  )
  const checkpoint = await folder(index({ x: A }, size), { [A]: bytes }).open()
  t.strictSame(
    (await collect(readPieces(checkpoint, 'x'))).map(piece => piece.length),
    [PIECE_BYTES, 5]
  )
})

const PAIR = { [A]: shard(['a']), [B]: shard(['b']) }
const MISMATCHED: Record<
  string,
  [index: unknown, shards: Record<string, Buffer>, message: RegExp]
> = {
  'a tensor that its shard lacks': [
    index({ a: A, b: B, c: B }),
    PAIR,
    /shard "model-00002-of-00002.safetensors" doesn't hold tensor "c", which the index places there/
  ],
  'a tensor in another shard': [
    index({ a: A, b: A, c: B }),
    { [A]: shard(['a']), [B]: shard(['b', 'c']) },
    /"model-00001-of-00002.safetensors" doesn't hold tensor "b"/
  ],
  'a tensor in two shards': [
    index({ a: A, b: B }),
    { [A]: shard(['a']), [B]: shard(['b', 'a']) },
    /shard ".*2.safetensors" holds tensor "a", which the index places in ".*1-of-00002.safetensors"/
  ],
  'a tensor that the index does not list': [
    index({ a: A, b: B }),
    { [A]: shard(['a']), [B]: shard(['b', 'x']) },
    /holds tensor "x", which the index doesn't list/
  ]
}

t.test('a wrong total_size, which some tools write, is passed over', async t => {
  const { open } = folder(index({ a: A, b: B }, 9), PAIR)
  t.strictSame([...(await open()).tensors.keys()], ['a', 'b'])
})

for (const [what, [wrong, shards, message]] of Object.entries(MISMATCHED)) {
  t.test(`openSharded() refuses ${what}, names the index and closes all shards`, async t => {
    const { open, opened, indexSource } = folder(wrong, shards)
    await t.rejects(open(), { code: 'SHARDS_INVALID', message })
    t.equal(indexSource.closed, 1)
    t.ok(opened.length > 0)
    for (const { closed } of opened) t.equal(closed, 1)
  })
}

t.test('a shard that is missing or broken closes those before it', async t => {
  const missing = folder(RIGHT, { [A]: shard(['b', 'a']) })
  await t.rejects(missing.open(), { message: `no ${B}` })
  t.equal(missing.opened[0]?.closed, 1)
  const broken = folder(RIGHT, { [A]: shard(['b', 'a']), [B]: file('{') })
  await t.rejects(broken.open(), { code: 'SAFETENSORS_INVALID', message: new RegExp(`^${B}`) })
  t.strictSame(
    broken.opened.map(({ closed }) => closed),
    [1, 1]
  )
})

t.test('an index that is broken or too long is closed, and no shard is opened', async t => {
  const { open, opened, indexSource } = folder({ weight_map: { a: '../a.safetensors' } }, PAIR)
  await t.rejects(open(), { code: 'SHARDS_INVALID' })
  t.equal(indexSource.closed, 1)
  const long = { ...source(Buffer.alloc(0)), sizeBytes: MAX_INDEX_BYTES + 1 }
  await t.rejects(
    openSharded(long, () => Promise.reject(new Error('opened'))),
    { message: /50000001 bytes/ }
  )
  t.equal(long.closed, 1)
  t.equal(opened.length, 0)
})

t.test('an index that fails to close does not hide what is wrong with it', async t => {
  const stuck = {
    ...source(Buffer.from('no index')),
    close: () => Promise.reject(new Error('stuck'))
  }
  await t.rejects(
    openSharded(stuck, () => Promise.reject(new Error('opened'))),
    { errors: [{ code: 'SHARDS_INVALID' }, { message: 'stuck' }] }
  )
})

t.test('a shard that fails to close does not keep the others open', async t => {
  const opened: ByteSource[] = []
  let closed = 0
  const openShard = async (fileName: string) => {
    const fails = fileName === A
    const shardSource: ByteSource = {
      ...source(fails ? shard(['b', 'a']) : shard(['c'])),
      close: async () => {
        closed++
        if (fails) throw new Error('stuck')
      }
    }
    opened.push(shardSource)
    return shardSource
  }
  const right = source(Buffer.from(JSON.stringify(RIGHT)))
  const checkpoint = await openSharded(right, openShard)
  await t.rejects(checkpoint.close(), { message: 'stuck' })
  t.equal(closed, 2)
  const wrong = source(Buffer.from(JSON.stringify(index({ a: A, c: B }))))
  await t.rejects(openSharded(wrong, openShard), {
    errors: [{ code: 'SHARDS_INVALID' }, { message: 'stuck' }]
  })
  t.equal(closed, 3)
})

t.test('an abort reason passes through untouched and closes what is open', async t => {
  const { opened, indexSource } = folder(RIGHT, {})
  const stop = new AbortController()
  const reason = new Error('enough')
  const first = source(shard(['b', 'a']))
  const openShard = async () => {
    stop.abort(reason)
    return first
  }
  await t.rejects(openSharded(indexSource, openShard, { signal: stop.signal }), reason)
  t.equal(first.closed, 1)
  t.equal(opened.length, 0)
})
