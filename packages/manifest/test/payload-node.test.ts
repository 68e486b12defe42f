import { decode, encode, type PBNode, prepare } from '@ipld/dag-pb'
import {
  CHUNK_SIZE_BYTES,
  chunkCid,
  MAX_NODE_SIZE_BYTES,
  parseNode,
  payloadTree
} from '@soup/manifest'
import fc from 'fast-check'
import { UnixFS } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import t from 'tap'

const MIB = CHUNK_SIZE_BYTES
const full = { cid: await chunkCid(new Uint8Array(MIB)), sizeBytes: MIB }
const last = { cid: await chunkCid(new Uint8Array(7)), sizeBytes: 7 }

function build(leaves: number) {
  const tree = payloadTree()
  const nodes = []
  for (let i = 1; i < leaves; i++) {
    nodes.push(...tree.addLeaf(full))
  }
  nodes.push(...tree.addLeaf(last))
  return [...nodes, ...tree.finish().nodes]
}

const node = build(3)[0]!.bytes

/** The node of 3 chunks with something changed. */
function forged(change: (parts: { links: PBNode['Links']; file: UnixFS }) => void): Uint8Array {
  const { Links, Data } = decode(node)
  const parts = { links: Links, file: UnixFS.unmarshal(Data!) }
  change(parts)
  return encode(prepare({ Links: parts.links, Data: parts.file.marshal() }))
}

t.test('parseNode() reads nodes of chunks and nodes of nodes', async t => {
  t.same(parseNode(node), { sizeBytes: 2 * MIB + 7, depth: 1, links: [full, full, last] })
  const [first, second, root] = build(1026)
  t.equal(parseNode(first!.bytes).links.length, 1024)
  t.same(parseNode(root!.bytes), {
    sizeBytes: 1025 * MIB + 7,
    depth: 2,
    links: [
      { cid: first!.cid, sizeBytes: 1024 * MIB },
      { cid: second!.cid, sizeBytes: MIB + 7 }
    ]
  })
})

t.test('the largest node stays within the limit', async t => {
  const tree = payloadTree()
  let largest = 0
  for (let i = 0; i < 1024; i++) {
    tree.addLeaf(full)
  }
  largest = Math.max(...tree.finish().nodes.map(n => n.bytes.length))
  // A root of two levels has larger sizes: at most 5 bytes more per child, twice.
  t.ok(largest + 1024 * 10 < MAX_NODE_SIZE_BYTES, `${largest} bytes`)
})

t.test('parseNode() refuses a node that lies or has another form', async t => {
  const forgeries: [string, Uint8Array][] = [
    ['nothing', new Uint8Array()],
    ['too large', new Uint8Array(MAX_NODE_SIZE_BYTES + 1)],
    ['truncated', node.subarray(0, node.length - 1)],
    ['trailing bytes', Buffer.concat([node, new Uint8Array([0])])],
    ['no UnixFS', encode(prepare({ Links: [] }))],
    ['no links', forged(p => [p.links.splice(0), p.file.blockSizes.splice(0)])],
    ['a size too few', forged(p => p.file.removeBlockSize(0))],
    ['a size too many', forged(p => p.file.addBlockSize(1n))],
    ['a short chunk in front', forged(p => p.file.blockSizes.splice(0, 1, 5n))],
    ['an empty chunk', forged(p => p.file.blockSizes.splice(2, 1, 0n))],
    ['a chunk too large', forged(p => p.file.blockSizes.splice(2, 1, 2n ** 63n))],
    ['a directory', forged(p => Object.assign(p.file, { type: 'directory' }))],
    ['data beside links', forged(p => Object.assign(p.file, { data: new Uint8Array([1]) }))],
    ['a mode', forged(p => Object.assign(p.file, { mode: 0o777 }))],
    ['a name', forged(p => Object.assign(p.links[0]!, { Name: 'x' }))],
    ['a wrong Tsize', forged(p => Object.assign(p.links[0]!, { Tsize: 3 }))],
    ['no Tsize', forged(p => delete p.links[0]!.Tsize)],
    [
      'another codec',
      forged(p =>
        Object.assign(p.links[1]!, { Hash: CID.createV1(0x71, p.links[1]!.Hash.multihash) })
      )
    ],
    [
      'mixed levels',
      forged(p =>
        Object.assign(p.links[1]!, { Hash: CID.createV1(0x70, p.links[1]!.Hash.multihash) })
      )
    ],
    [
      'CIDv0',
      forged(p =>
        Object.assign(p.links[0]!, { Hash: CID.createV0(p.links[0]!.Hash.multihash as never) })
      )
    ],
    [
      'too many links',
      forged(p => {
        p.links.splice(0, 3, ...Array.from({ length: 1025 }, () => decode(node).Links[0]!))
        p.file.blockSizes.splice(0, 3, ...Array.from({ length: 1025 }, () => BigInt(MIB)))
      })
    ]
  ]
  for (const [title, bytes] of forgeries) {
    t.throws(() => parseNode(bytes), { code: 'PAYLOAD_NODE_INVALID' }, title)
  }
})

t.test('parseNode() throws nothing but its own error on damaged bytes', async t => {
  const isHandled = (at: number, flip: number): boolean => {
    const damaged = node.slice()
    damaged[at]! ^= flip
    try {
      // A flip inside a CID's digest is another node, not a wrong one.
      return parseNode(damaged).links.length === 3
    } catch (error) {
      return (error as { code?: string }).code === 'PAYLOAD_NODE_INVALID'
    }
  }
  const at = fc.nat({ max: node.length - 1 })
  const flip = fc.integer({ min: 1, max: 255 })
  t.doesNotThrow(() => fc.assert(fc.property(at, flip, isHandled), { numRuns: 500 }))
})

t.test('sizes around 2^31 and 2^32 are written whole, and alike each time', async t => {
  const chunk = await chunkCid(new Uint8Array(MIB))
  for (const chunks of [2047, 2048, 2049, 3000, 4095, 4096, 4097]) {
    const roots = new Set<string>()
    for (let attempt = 0; attempt < 3; attempt++) {
      const tree = payloadTree()
      for (let i = 0; i < chunks; i++) tree.addLeaf({ cid: chunk, sizeBytes: MIB })
      const { root, nodes } = tree.finish()
      const rootNode = nodes.find(each => each.cid === root)!
      roots.add(root)
      t.equal(parseNode(rootNode.bytes).sizeBytes, chunks * MIB)
      t.equal(UnixFS.unmarshal(decode(rootNode.bytes).Data!).fileSize(), BigInt(chunks * MIB))
    }
    t.equal(roots.size, 1, `${chunks} chunks`)
  }
})
