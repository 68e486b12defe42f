import { SoupError } from '@soup/interface'

/**
 * Runs what may be refused, but only with an error that has a code: a `TypeError` out of a parser, or a stack that
 * overflowed, is a fault of the parser whatever it was given.
 *
 * @returns the code of the error, undefined when there was none
 * @throws any other error, the one that it came with
 */
export async function codeOf(action: () => unknown): Promise<string | undefined> {
  try {
    await action()
    return undefined
  } catch (error) {
    if (error instanceof SoupError) return error.code
    throw error
  }
}
