import { CHUNK_SIZE_BYTES, chunkCid, payloadTree, readLinks, walkLeaves } from '@soup/manifest'
import t from 'tap'

const MIB = CHUNK_SIZE_BYTES
const full = { cid: await chunkCid(new Uint8Array(MIB)), sizeBytes: MIB }
const last = { cid: await chunkCid(new Uint8Array(7)), sizeBytes: 7 }

function build(leaves: number) {
  const tree = payloadTree()
  const nodes = Array.from({ length: leaves - 1 }, () => tree.addLeaf(full)).flat()
  nodes.push(...tree.addLeaf(last))
  const { root, sizeBytes, nodes: rest } = tree.finish()
  const blocks = new Map([...nodes, ...rest].map(n => [n.cid, n.bytes]))
  const asked: string[] = []
  const readNode = async (cid: string) => {
    asked.push(cid)
    return blocks.get(cid)!
  }
  return { root, sizeBytes, readNode, asked }
}

t.test(
  'walkLeaves() visits every chunk in its place, reading a node just before its chunks',
  async t => {
    const { root, sizeBytes, readNode, asked } = build(1030)
    const walk = walkLeaves(root, sizeBytes, readNode)
    t.same((await walk.next()).value, { ...full, index: 0, offset: 0 })
    t.equal(asked.length, 2)
    const rest = await Array.fromAsync(walk)
    t.equal(rest.length, 1029)
    t.equal(asked.length, 3)
    t.same(rest.at(-1), { ...last, index: 1029, offset: 1029 * MIB })
  }
)

t.test('walkLeaves() of one chunk reads no node', async t => {
  const { root, sizeBytes, readNode, asked } = build(1)
  t.same(await Array.fromAsync(walkLeaves(root, sizeBytes, readNode)), [
    { ...last, index: 0, offset: 0 }
  ])
  t.same(asked, [])
})

t.test('walkLeaves() refuses a payload of another size than promised', async t => {
  const { root, sizeBytes, readNode } = build(3)
  for (const promised of [1, sizeBytes - 1, sizeBytes + 1, sizeBytes + MIB, 2000 * MIB]) {
    await t.rejects(Array.fromAsync(walkLeaves(root, promised, readNode)), {
      code: 'PAYLOAD_NODE_INVALID'
    })
  }
  await t.rejects(Array.fromAsync(walkLeaves('nonsense', 5, readNode)), {
    code: 'PAYLOAD_NODE_INVALID'
  })
})

t.test('walkLeaves() passes on what readNode throws, and abort reasons', async t => {
  const { root, sizeBytes, readNode } = build(3)
  const failure = new Error('gone')
  const failing = () => Promise.reject(failure)
  await t.rejects(Array.fromAsync(walkLeaves(root, sizeBytes, failing)), failure)
  const signal = AbortSignal.abort(failure)
  await t.rejects(Array.fromAsync(walkLeaves(root, sizeBytes, readNode, { signal })), failure)
})

t.test('readLinks() holds a node to its depth', async t => {
  const { root, sizeBytes, readNode } = build(3)
  t.same(await readLinks({ cid: root, sizeBytes }, 1, readNode), [full, full, last])
  await t.rejects(readLinks({ cid: root, sizeBytes }, 2, readNode), {
    code: 'PAYLOAD_NODE_INVALID'
  })
})
