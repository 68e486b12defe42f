import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Stream } from '@libp2p/interface'
import type { ChunkStore } from '@soup/interface'
import { CHUNK_SIZE_BYTES, chunkCid, payloadTree } from '@soup/manifest'
import type { WantedPayload } from '../src/chunks/fetch.ts'
import { CHUNKS_PROTOCOL } from '../src/chunks/protocol.ts'
import type { Candidate } from '../src/chunks/pull.ts'
import { ChunkServer } from '../src/chunks/serve.ts'
import { createHost, type Host } from '../src/host.ts'

/** Registers clean-up, as `t.teardown` of tap does. */
export interface Teardown {
  teardown(fn: () => unknown): void
}

/** Chunks in a map, with a log of what happened. */
export class MemoryChunks implements ChunkStore {
  readonly map: Map<string, Uint8Array>
  readonly puts: string[] = []
  readonly gets: string[] = []

  /** @param other what to begin with */
  constructor(other?: MemoryChunks) {
    this.map = new Map(other?.map)
  }

  async has(cid: string): Promise<boolean> {
    return this.map.has(cid)
  }

  async get(cid: string): Promise<Uint8Array | undefined> {
    this.gets.push(cid)
    return this.map.get(cid)?.slice()
  }

  async put(cid: string, bytes: Uint8Array): Promise<void> {
    this.puts.push(cid)
    this.map.set(cid, bytes.slice())
  }
}

/** Cuts bytes into chunks and puts the whole DAG into a store. */
export async function addPayload(chunks: ChunkStore, bytes: Uint8Array): Promise<WantedPayload> {
  const tree = payloadTree()
  const put = async (nodes: { cid: string; bytes: Uint8Array }[]) => {
    for (const node of nodes) await chunks.put(node.cid, node.bytes)
  }
  for (let offset = 0; offset === 0 || offset < bytes.length; offset += CHUNK_SIZE_BYTES) {
    const chunk = bytes.slice(offset, offset + CHUNK_SIZE_BYTES)
    const cid = await chunkCid(chunk)
    await chunks.put(cid, chunk)
    await put(tree.addLeaf({ cid, sizeBytes: chunk.length }))
  }
  const { root, sizeBytes, nodes } = tree.finish()
  await put(nodes)
  return { root, sizeBytes }
}

/** Bytes that differ from chunk to chunk, the same in every run. */
export function patterned(sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes)
  const words = new Uint32Array(bytes.buffer, 0, sizeBytes >> 2)
  for (let i = 0, x = 0x9e3779b9; i < words.length; i++) {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    words[i] = x
  }
  return bytes
}

let names = 0

/** A running host on the memory transport, or on TCP over loopback. */
export async function startNode(t: Teardown, kind: 'memory' | 'tcp' = 'memory'): Promise<Host> {
  const listen = kind === 'tcp' ? '/ip4/127.0.0.1/tcp/0' : `/memory/exchange-${names++}`
  const host = await createHost(await generateKeyPair('Ed25519'), [listen])
  await host.start()
  t.teardown(() => host.stop())
  return host
}

/** A running host that serves chunks honestly. */
export async function startProvider(
  t: Teardown,
  chunks: ChunkStore,
  kind?: 'memory' | 'tcp'
): Promise<Host> {
  const server = new ChunkServer(chunks)
  return startPeer(t, (stream, connection) => server.handle(stream, connection), kind)
}

/** A running host that treats chunk streams as it likes. */
export async function startPeer(
  t: Teardown,
  handler: Parameters<Host['handle']>[1],
  kind?: 'memory' | 'tcp'
): Promise<Host> {
  const host = await startNode(t, kind)
  await host.handle(CHUNKS_PROTOCOL, handler)
  return host
}

/** How a requester reaches a provider. */
export function candidate(requester: Host, provider: Host): Candidate {
  return {
    peer: provider.peerId.toString(),
    open: signal => requester.dialProtocol(provider.getMultiaddrs(), CHUNKS_PROTOCOL, { signal })
  }
}

/** Opens a chunk stream to a provider, to talk to it by hand. */
export function openStream(requester: Host, provider: Host): Promise<Stream> {
  return requester.dialProtocol(provider.getMultiaddrs(), CHUNKS_PROTOCOL)
}

/** Whether everything in one store lies in the other one too, byte for byte. */
export function holdsSame(part: MemoryChunks, whole: MemoryChunks): boolean {
  return [...part.map].every(([cid, bytes]) => {
    const other = whole.map.get(cid)
    return other !== undefined && Buffer.compare(bytes, other) === 0
  })
}

/** Both ends of a chunk stream between two hosts: ours and the peer's. */
export async function streamEnds(
  t: Teardown,
  kind?: 'memory' | 'tcp'
): Promise<{ ours: Stream; theirs: Stream }> {
  const { promise, resolve } = Promise.withResolvers<Stream>()
  const peer = await startPeer(t, stream => resolve(stream), kind)
  const ours = await openStream(await startNode(t, kind), peer)
  return { ours, theirs: await promise }
}
