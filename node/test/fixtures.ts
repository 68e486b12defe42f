import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { tasks as allTasks } from '@soup/tasks'
import {
  fileSink,
  fileSource,
  memoryCheckpoint,
  openSafetensors,
  writeSafetensors
} from '@soup/tensor'

/** The tensors of a small model, by name. */
export type Tensors = Readonly<Record<string, Float32Array>>

/** A model of two tensors whose values depend on `step`; step 0 is the base. */
export function tensors(step = 0): Record<'weight' | 'bias', Float32Array> {
  return {
    weight: Float32Array.from({ length: 64 }, (_, i) => Math.fround(i / 8 + step / 4)),
    bias: Float32Array.from({ length: 8 }, (_, i) => Math.fround(i - step))
  }
}

/** Writes F32 tensors of one dimension as a safetensors file. @returns its path */
export async function writeModel(path: string, values: Tensors = tensors()): Promise<string> {
  const list = Object.entries(values).map(([name, data]) => ({
    name,
    dtype: 'F32',
    shape: [data.length],
    data
  }))
  await writeSafetensors(memoryCheckpoint({ name: path, tensors: list }), await fileSink(path))
  return path
}

/** Writes a safetensors file with any header, however wrong. @returns its path */
export function writeHeader(path: string, header: string, dataBytes = 0): string {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)))
  writeFileSync(path, Buffer.concat([length, Buffer.from(header), Buffer.alloc(dataBytes)]))
  return path
}

/** The base that ships, for the shapes of a policy. */
const SHIPPED = fileURLToPath(allTasks.get('locomotion')!.baseUrl)

/** Writes a policy of the task locomotion whose weights vary with `phase`. @returns its path */
export async function writePolicy(path: string, phase = 0): Promise<string> {
  const shipped = await openSafetensors(await fileSource(SHIPPED))
  await shipped.close()
  const tensors = [...shipped.tensors.values()].map(({ name, shape }) => {
    const length = shape.reduce((a, b) => a * b, 1)
    const isFrozen = name.startsWith('observation.')
    const constant = name === 'observation.std' ? 1 : 0
    const value = (_: unknown, i: number) => (isFrozen ? constant : 0.3 * Math.sin(phase + i))
    return { name, dtype: 'F32', shape, data: Float32Array.from({ length }, value) }
  })
  await writeSafetensors(memoryCheckpoint({ name: path, tensors }), await fileSink(path))
  return path
}
