import { CHUNK_SIZE_BYTES, chunkCid, payloadTree } from '@soup/manifest'
import { MemoryBlockstore } from 'blockstore-core'
import fc from 'fast-check'
import { type ImporterOptions, importFile } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { balanced } from 'ipfs-unixfs-importer/layout'
import t from 'tap'

/** Cuts zeros into chunks, or whatever `byte` gives for a chunk's index. */
async function ourRoot(size: number, chunk: number, fanout?: number) {
  const tree = payloadTree(fanout)
  const handedOut: string[] = []
  const cids = new Map<number, string>()
  for (let at = 0; at === 0 || at < size; at += chunk) {
    const sizeBytes = Math.min(chunk, size - at)
    const cid = cids.get(sizeBytes) ?? (await chunkCid(new Uint8Array(sizeBytes)))
    cids.set(sizeBytes, cid)
    handedOut.push(...tree.addLeaf({ cid, sizeBytes }).map(node => node.cid))
  }
  const summary = tree.finish()
  handedOut.push(...summary.nodes.map(node => node.cid))
  return { ...summary, handedOut }
}

async function* zeros(size: number) {
  const piece = new Uint8Array(CHUNK_SIZE_BYTES)
  for (let at = 0; at < size; at += piece.length) {
    yield piece.subarray(0, Math.min(piece.length, size - at))
  }
}

async function importersRoot(size: number, options: ImporterOptions = {}) {
  const blocks = new MemoryBlockstore()
  const content = zeros(size)
  const { cid } = await importFile({ content }, blocks, { profile: 'unixfs-v1-2025', ...options })
  return cid.toString()
}

/** Sizes where the tree changes its form: nothing, around one chunk, some chunks, two levels of nodes. */
const SIZES = [
  0,
  1,
  CHUNK_SIZE_BYTES - 1,
  CHUNK_SIZE_BYTES,
  CHUNK_SIZE_BYTES + 1,
  5 * CHUNK_SIZE_BYTES + 12_345,
  1025 * CHUNK_SIZE_BYTES + 1
]

for (const size of SIZES) {
  t.test(`the root of ${size} bytes is the one that IPFS's importer computes`, async t => {
    const ours = await ourRoot(size, CHUNK_SIZE_BYTES)
    t.equal(ours.root, await importersRoot(size))
    t.equal(ours.sizeBytes, size)
  })
}

t.test('trees of any depth have the roots that the importer computes', async t => {
  const agrees = async (size: number, fanout: number): Promise<boolean> => {
    const chunker = fixedSize({ chunkSize: 8 })
    const layout = balanced({ maxChildrenPerNode: fanout })
    const { root } = await ourRoot(size, 8, fanout)
    return root === (await importersRoot(size, { chunker, layout }))
  }
  const size = fc.integer({ min: 0, max: 1500 })
  const fanout = fc.integer({ min: 2, max: 5 })
  await t.resolves(fc.assert(fc.asyncProperty(size, fanout, agrees), { numRuns: 60 }))
})

t.test('every inner node is handed out once, children first, the root last', async t => {
  const { root, handedOut } = await ourRoot(17 * 8 + 3, 8, 4)
  t.equal(handedOut.at(-1), root)
  // 18 chunks under nodes of 4: 5 nodes, 2 above them, 1 root. Equal nodes have equal ids.
  t.equal(handedOut.length, 8)
})

t.test('a tree without a chunk is a mistake of the caller', async t => {
  t.throws(() => payloadTree().finish(), RangeError)
})
