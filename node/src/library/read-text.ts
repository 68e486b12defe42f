import { SoupError } from '@soup/interface'
import { fileSource } from '@soup/tensor'
import { NodeError } from '../errors.ts'

/**
 * Reads a text file of bounded size.
 *
 * @param maxBytes a larger file is refused before it is read
 * @throws TensorError FILE_NOT_FOUND, FILE_FAILED (a folder, no permission); NodeError FILE_TOO_LARGE
 */
export async function readText(path: string, maxBytes: number): Promise<string> {
  const source = await fileSource(path)
  try {
    const { sizeBytes } = source
    if (sizeBytes <= maxBytes) return Buffer.from(await source.read(0, sizeBytes)).toString('utf8')
    const message = `${path} has ${sizeBytes} bytes, expected at most ${maxBytes}`
    throw new NodeError('FILE_TOO_LARGE', message, { details: { path, sizeBytes, maxBytes } })
  } finally {
    await source.close()
  }
}

/**
 * Reads and parses a text file of bounded size.
 *
 * @throws what {@link readText} throws; what `parse` throws, naming the file
 */
export async function readParsed<T>(
  path: string,
  maxBytes: number,
  parse: (text: string) => T
): Promise<T> {
  const text = await readText(path, maxBytes)
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof SoupError)) throw error
    const details = { ...error.details, file: path }
    throw new NodeError(error.code, `${path}: ${error.message}`, { details, cause: error })
  }
}
