/** What the threads of the benchmark do. */
import { join } from 'node:path'
import { decodeExact } from '@soup/delta'
import {
  type Checkpoint,
  fileSource,
  openSafetensors,
  PIECE_BYTES,
  type TeamMember
} from '@soup/tensor'

/** Opens a file, for threads that encode. */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  return await openSafetensors(await fileSource(path))
}

/** Decodes tensors, one an item, and drops them. */
export async function begin(folder: string): Promise<TeamMember<undefined>> {
  const open = (name: string) => openCheckpoint(join(folder, `${name}.safetensors`))
  const [base, delta] = [await open('base'), await open('delta')]
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
