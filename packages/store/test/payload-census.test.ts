import { chunkCid, payloadTree } from '@soup/manifest'
import t from 'tap'
import { memoryChunks } from '../src/chunk-box.ts'
import { keptBytes } from '../src/payload-census.ts'

const MIB = 1024 * 1024

t.test('keptBytes() counts what lies below the inner nodes that are there', async t => {
  const full = new Uint8Array(MIB)
  const cid = await chunkCid(full)
  const last = await chunkCid(new Uint8Array([1]))
  const tree = payloadTree()
  const nodes = Array.from({ length: 1025 }, () => tree.addLeaf({ cid, sizeBytes: MIB })).flat()
  nodes.push(...tree.addLeaf({ cid: last, sizeBytes: 1 }))
  const { root, sizeBytes, nodes: rest } = tree.finish()
  nodes.push(...rest)
  t.equal(nodes.length, 3)

  const chunks = memoryChunks(MIB)
  const kept = () => keptBytes(root, sizeBytes, chunks)
  t.equal(await kept(), undefined)
  await chunks.put(root, nodes[2]!.bytes)
  t.equal(await kept(), 0)
  await chunks.put(cid, full)
  t.equal(await kept(), 0)
  await chunks.put(nodes[1]!.cid, nodes[1]!.bytes)
  t.equal(await kept(), MIB)
  await chunks.put(nodes[0]!.cid, nodes[0]!.bytes)
  t.equal(await kept(), 1025 * MIB)
  await chunks.put(last, new Uint8Array([1]))
  t.equal(await kept(), sizeBytes)
})
