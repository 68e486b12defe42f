/** What the threads of the benchmark do. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeExact, encodeExact } from '@soup/delta'
import {
  type Checkpoint,
  fileSink,
  fileSource,
  fileSpool,
  openSafetensors,
  PIECE_BYTES,
  safetensorsBytes,
  type TeamMember,
  writeSafetensors
} from '@soup/tensor'

/** What a thread is told. */
export interface DeltaWork {
  /** Where `base.safetensors` and `expert.safetensors` lie, and `delta.safetensors` comes to lie. */
  folder: string
  /** Threads to encode with; tensors are decoded unless given, one an item. */
  encodeThreads?: number
}

/** Opens a file, for threads that encode. */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  return await openSafetensors(await fileSource(path))
}

/** Begins to encode or to decode. */
export async function begin({ folder, encodeThreads }: DeltaWork): Promise<TeamMember<undefined>> {
  const path = (name: string) => join(folder, `${name}.safetensors`)
  if (encodeThreads === undefined)
    return decoding(await openCheckpoint(path('base')), await openCheckpoint(path('delta')))
  return { run: async () => void (await encode(path, encodeThreads)), end: async () => {} }
}

async function encode(path: (name: string) => string, threads: number): Promise<void> {
  const [base, expert] = [await openCheckpoint(path('base')), await openCheckpoint(path('expert'))]
  const opener = (name: string) => ({ module: import.meta.url, input: path(name) })
  const spool = await fileSpool(path('spool'))
  try {
    const openers = { base: opener('base'), expert: opener('expert') }
    const payload = await encodeExact(base, expert, spool, { openers, threads })
    await rm(path('delta'), { force: true })
    const sink = await fileSink(path('delta'), { sizeBytes: safetensorsBytes(payload) })
    await writeSafetensors(payload, sink)
  } finally {
    await Promise.all([spool.close(), base.close(), expert.close()])
  }
}

/** Decodes tensors and drops them. */
function decoding(base: Checkpoint, delta: Checkpoint): TeamMember<undefined> {
  const expert = decodeExact(base, delta)
  const target = new Uint8Array(PIECE_BYTES)
  return {
    run: async index => {
      const name = `${index}`
      const reader = expert.open(name)
      for (let left = expert.tensors.get(name)!.sizeBytes; left > 0; left -= target.length) {
        await reader.read(target.subarray(0, Math.min(left, target.length)))
      }
      return undefined
    },
    end: async () => void (await Promise.all([base.close(), delta.close()]))
  }
}
