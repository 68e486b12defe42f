import { CHUNK_SIZE_BYTES } from '@soup/manifest'
import { test } from 'tap'
import { Bans } from '../../src/chunks/bans.ts'
import { encodeHeader } from '../../src/chunks/protocol.ts'
import { type Candidate, OutOfProviders, Pull } from '../../src/chunks/pull.ts'
import type { WantedChunk } from '../../src/chunks/schedule.ts'
import { MAX_PARALLEL_PROVIDERS } from '../../src/limits.ts'
import { dishonest, type Misdeed, tell } from '../liars.ts'
import {
  addPayload,
  candidate,
  holdsSame,
  MemoryChunks,
  patterned,
  startNode,
  startPeer,
  startProvider,
  type Teardown
} from '../network.ts'

const LIMITS = { silenceMs: 400, totalMs: 800 }
const SIZE = 16 * CHUNK_SIZE_BYTES

const original = new MemoryChunks()
const { root } = await addPayload(original, patterned(SIZE))

/** Tells when a peer is banned. */
class WatchedBans extends Bans {
  readonly #first = Promise.withResolvers<void>()

  override add(peer: string): void {
    super.add(peer)
    this.#first.resolve()
  }

  get first(): Promise<void> {
    return this.#first.promise
  }
}

/** A requester, a source of 16 chunks and the pull of them. */
async function setUp(t: Teardown) {
  const source = new MemoryChunks(original)
  const leaves = original.puts.filter(cid => cid !== root)
  const wanted = leaves.map((cid, index): WantedChunk => {
    return { cid, parent: root, index, depth: 0, sizeBytes: CHUNK_SIZE_BYTES, times: 1 }
  })
  const requester = await startNode(t)
  const chunks = new MemoryChunks()
  const bans = new WatchedBans()
  const got = new Map<string, number>()
  const rejected: string[] = []
  const pullFrom = (candidates: Candidate[]) =>
    new Pull(
      {
        chunks,
        bans,
        limits: LIMITS,
        onKept: peer => got.set(peer, (got.get(peer) ?? 0) + 1),
        onRejected: peer => rejected.push(peer)
      },
      candidates
    )
  return { source, wanted, requester, chunks, bans, got, rejected, pullFrom }
}

const MISDEEDS: Array<[string, Misdeed]> = [
  [
    'flips a bit',
    (stream, chunk, index) => {
      if (index === 3) chunk[1000]! ^= 1
      return tell(stream, chunk, index)
    }
  ],
  ['sends another length', (stream, chunk, index) => tell(stream, chunk.subarray(1), index)],
  [
    'claims 4 GiB',
    async stream => {
      stream.send(encodeHeader({ kind: 0, value: 0xffff_ffff }))
    }
  ],
  [
    'sends garbage',
    async stream => {
      stream.send(new Uint8Array(5_000).fill(0xee))
    }
  ],
  [
    'sends each chunk twice',
    async (stream, chunk, index) => {
      await tell(stream, chunk, index)
      await tell(stream, chunk, index)
    }
  ]
]

for (const [name, misdeed] of MISDEEDS) {
  test(`a peer that ${name} is dropped and banned, and the rest comes from another`, async t => {
    const { source, wanted, requester, chunks, bans, got, pullFrom } = await setUp(t)
    const liar = await startPeer(t, dishonest(source, misdeed))
    const honest = await startProvider(t, source)
    const pull = pullFrom([
      candidate(requester, liar),
      {
        peer: honest.peerId.toString(),
        open: async signal => {
          await bans.first
          return candidate(requester, honest).open(signal)
        }
      }
    ])
    await pull.bring(wanted)
    await pull.stop()
    t.ok(bans.has(liar.peerId.toString()))
    t.notOk(bans.has(honest.peerId.toString()))
    t.equal(chunks.map.size, wanted.length)
    t.ok(holdsSame(chunks, source))
    t.ok((got.get(honest.peerId.toString()) ?? 0) > 0)
  })
}

const FAILURES: Array<[string, Misdeed]> = [
  ['never answers', () => new Promise(() => undefined)],
  [
    'sends one byte at a time',
    async (stream, chunk) => {
      stream.send(encodeHeader({ kind: 0, value: chunk.length }))
      const drip = setInterval(() => {
        if (stream.status === 'open') stream.send(chunk.subarray(0, 1))
        else clearInterval(drip)
      }, 20)
      await new Promise(() => undefined)
    }
  ],
  [
    'closes midway',
    async (stream, chunk) => {
      stream.send(encodeHeader({ kind: 0, value: chunk.length }))
      stream.send(chunk.subarray(0, 1000))
      await stream.close()
    }
  ],
  [
    'resets the stream',
    async stream => {
      stream.abort(new Error('no'))
    }
  ]
]

for (const [name, misdeed] of FAILURES) {
  test(`a peer that ${name} does not stall a pull with another provider`, async t => {
    const { source, wanted, requester, chunks, bans, pullFrom } = await setUp(t)
    const hung = await startPeer(t, dishonest(source, misdeed))
    const honest = await startProvider(t, source)
    const pull = pullFrom([candidate(requester, hung), candidate(requester, honest)])
    await pull.bring(wanted)
    await pull.stop()
    t.ok(holdsSame(chunks, source))
    t.equal(chunks.map.size, wanted.length)
    t.notOk(bans.has(hung.peerId.toString()), 'bad luck is no lie')
  })

  test(`a pull whose only peer ${name} ends with the reason`, async t => {
    const { source, wanted, requester, pullFrom } = await setUp(t)
    const hung = await startPeer(t, dishonest(source, misdeed))
    const pull = pullFrom([candidate(requester, hung)])
    const error = await pull.bring(wanted).catch(error => error)
    t.ok(error instanceof OutOfProviders)
    t.match(error.outcomes, [{ peer: hung.peerId.toString(), isLiar: false }])
    await pull.stop()
  })
}

test('two providers with half of the chunks each are enough together', async t => {
  const { source, wanted, requester, chunks, got, pullFrom } = await setUp(t)
  const halves = [0, 1].map(parity => {
    const half = new MemoryChunks()
    half.map.set(root, source.map.get(root)!)
    for (const { cid, index } of wanted) {
      if (index % 2 === parity) half.map.set(cid, source.map.get(cid)!)
    }
    return half
  })
  const providers = await Promise.all(halves.map(half => startProvider(t, half)))
  const pull = pullFrom(providers.map(provider => candidate(requester, provider)))
  await pull.bring(wanted)
  await pull.stop()
  t.ok(holdsSame(chunks, source))
  t.strictSame([...got.values()], [8, 8])
})

test('a pull nobody can serve ends at once, and says who lacks what', async t => {
  const { wanted, requester, pullFrom } = await setUp(t)
  const empty = await startProvider(t, new MemoryChunks())
  const pull = pullFrom([candidate(requester, empty)])
  const error = await pull.bring(wanted).catch(error => error)
  t.match(error.outcomes, [{ reason: 'does not have the rest' }])
  await pull.stop()
  const none = pullFrom([])
  t.strictSame((await none.bring(wanted).catch(error => error)).outcomes, [])
  await none.stop()
})

/** A store that holds half of a payload and gets the rest when it was asked in vain so many times. */
class Growing extends MemoryChunks {
  readonly #whole: MemoryChunks
  #missCount: number

  constructor(whole: MemoryChunks, absent: readonly WantedChunk[], missCount: number) {
    super(whole)
    this.#whole = whole
    this.#missCount = missCount
    for (const { cid } of absent) this.map.delete(cid)
  }

  override async get(cid: string): Promise<Uint8Array | undefined> {
    const bytes = await super.get(cid)
    if (bytes === undefined && --this.#missCount === 0) {
      for (const [each, chunk] of this.#whole.map) this.map.set(each, chunk)
    }
    return bytes
  }
}

test('a provider that is pulling itself is asked again for what it lacked', async t => {
  for (const missCount of [1, 8, 20]) {
    const { source, wanted, requester, chunks, pullFrom } = await setUp(t)
    const growing = new Growing(source, wanted.slice(8), missCount)
    const pull = pullFrom([candidate(requester, await startProvider(t, growing))])
    await pull.bring(wanted)
    await pull.stop()
    t.ok(holdsSame(chunks, source))
    t.equal(chunks.map.size, wanted.length, `it had the rest after ${missCount} misses`)
  }
})

test('a provider that lacked something is asked again when all others were asked in vain', async t => {
  const { source, wanted, requester, chunks, pullFrom } = await setUp(t)
  const growing = await startProvider(t, new Growing(source, wanted.slice(8), 20))
  const empty = await startProvider(t, new MemoryChunks())
  const others = Array.from({ length: MAX_PARALLEL_PROVIDERS + 1 }, (_, i) => {
    return { ...candidate(requester, empty), peer: `empty ${i}` }
  })
  const pull = pullFrom([candidate(requester, growing), ...others])
  await pull.bring(wanted)
  await pull.stop()
  t.equal(chunks.map.size, wanted.length)
})

test('a provider of a part that gets no more is given up after a while', async t => {
  const { source, wanted, requester, chunks, pullFrom } = await setUp(t)
  const half = new Growing(source, wanted.slice(8), Number.POSITIVE_INFINITY)
  const pull = pullFrom([candidate(requester, await startProvider(t, half))])
  const error = await pull.bring(wanted).catch(error => error)
  t.match(error.outcomes, [{ reason: 'does not have the rest', isLiar: false }])
  t.equal(chunks.map.size, 8)
  await pull.stop()
})

test('hung peers cannot fill the places', async t => {
  const { source, wanted, requester, chunks, pullFrom } = await setUp(t)
  const never = () => Promise.withResolvers<never>().promise
  const hung = Array.from({ length: MAX_PARALLEL_PROVIDERS }, (_, i): Candidate => {
    return { peer: `hung ${i}`, open: signal => Promise.race([never(), aborted(signal)]) }
  })
  const honest = candidate(requester, await startProvider(t, source))
  const pull = pullFrom([...hung, honest])
  await pull.bring(wanted)
  await pull.stop()
  t.ok(holdsSame(chunks, source))
})

test('a banned peer is not asked', async t => {
  const { source, wanted, bans, pullFrom } = await setUp(t)
  const provider = await startProvider(t, source)
  bans.add(provider.peerId.toString())
  const pull = pullFrom([
    {
      peer: provider.peerId.toString(),
      open: () => {
        throw new Error('must not be opened')
      }
    }
  ])
  const error = await pull.bring(wanted).catch(error => error)
  t.match(error.outcomes, [{ isLiar: true }])
  await pull.stop()
})

test('a store that fails ends the pull with its own error', async t => {
  const { source, wanted, requester, chunks, pullFrom } = await setUp(t)
  const full = new Error('no space left')
  chunks.put = async () => {
    throw full
  }
  const pull = pullFrom([candidate(requester, await startProvider(t, source))])
  await t.rejects(pull.bring(wanted), full)
  await pull.stop()
})

test('a provider that cannot be dialled at first is tried again', async t => {
  const { source, wanted, requester, chunks, pullFrom } = await setUp(t)
  const provider = candidate(requester, await startProvider(t, source))
  let attempts = 0
  const pull = pullFrom([
    {
      peer: provider.peer,
      open: async signal => {
        attempts += 1
        if (attempts === 1) throw new Error('connection refused')
        return provider.open(signal)
      }
    }
  ])
  await pull.bring(wanted)
  await pull.stop()
  t.equal(attempts, 2)
  t.equal(chunks.map.size, wanted.length)
})

test('many providers share the work', async t => {
  const { source, wanted, requester, got, pullFrom } = await setUp(t)
  const providers = await Promise.all(Array.from({ length: 4 }, () => startProvider(t, source)))
  const { promise: allOpen, resolve } = Promise.withResolvers<void>()
  let openCount = 0
  const together = ({ peer, open }: Candidate): Candidate => ({
    peer,
    open: async signal => {
      const stream = await open(signal)
      openCount += 1
      if (openCount === providers.length) resolve()
      await allOpen
      return stream
    }
  })
  const pull = pullFrom(providers.map(provider => together(candidate(requester, provider))))
  await pull.bring(wanted)
  await pull.stop()
  t.equal(got.size, 4)
  t.equal(
    [...got.values()].reduce((sum, count) => sum + count, 0),
    wanted.length
  )
})

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}
