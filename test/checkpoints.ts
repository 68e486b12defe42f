import { fileSink, memoryCheckpoint, writeSafetensors } from '@soup/tensor'

/**
 * Writes a small checkpoint of reproducible numbers: a base for `shift` 0, fine-tunes of it otherwise.
 *
 * @param rows size of its square weight; 1,024 rows are 4 MiB
 */
export async function writeModel(path: string, shift: number, rows = 64): Promise<string> {
  const count = rows * rows
  const weight = Float32Array.from({ length: count }, (_, i) =>
    Math.fround(Math.sin(i) + shift * 1e-3 * Math.cos(7 * i))
  )
  const frozen = Float32Array.of(1, 2, 3)
  const checkpoint = memoryCheckpoint({
    tensors: [
      { name: 'layer.weight', dtype: 'F32', shape: [rows, rows], data: weight },
      { name: 'statistics.mean', dtype: 'F32', shape: [3], data: frozen }
    ]
  })
  await writeSafetensors(checkpoint, await fileSink(path))
  return path
}
