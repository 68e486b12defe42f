import { createHash } from 'node:crypto'
import type { ProgressOptions } from '@soup/interface'
import { fileSource, pieceSizes } from '@soup/tensor'

/** @returns the SHA-256 of a file, lower-case hex */
export async function hashJob(
  { path }: { path: string },
  options: ProgressOptions
): Promise<string> {
  const source = await fileSource(path)
  try {
    const hash = createHash('sha256')
    let done = 0
    for (const size of pieceSizes(source.sizeBytes)) {
      hash.update(await source.read(done, size, options))
      done += size
      options.onProgress?.({ stage: 'hash file', done, total: source.sizeBytes, unit: 'bytes' })
    }
    return hash.digest('hex')
  } finally {
    await source.close()
  }
}
