import { open } from 'node:fs/promises'
import { NodeError } from '../errors.ts'

/**
 * Reads a text file of bounded size.
 *
 * @param maxBytes a larger file is refused before it is read
 * @throws NodeError FILE_NOT_FOUND, FILE_TOO_LARGE
 */
export async function readText(path: string, maxBytes: number): Promise<string> {
  const file = await open(path).catch((cause: unknown) => {
    throw new NodeError('FILE_NOT_FOUND', `There is no file ${path}`, { details: { path }, cause })
  })
  try {
    const { size } = await file.stat()
    if (size <= maxBytes) return await file.readFile('utf8')
    const message = `${path} has ${size} bytes, expected at most ${maxBytes}`
    throw new NodeError('FILE_TOO_LARGE', message, { details: { path, size, maxBytes } })
  } finally {
    await file.close()
  }
}
