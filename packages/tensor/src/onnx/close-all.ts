import type { ByteSource } from '@soup/interface'

/**
 * Closes every file of a model, also when one of them fails to.
 *
 * @param name what to call the model in an error
 * @throws what closing threw; of several failures, an AggregateError
 */
export async function closeAll(files: Iterable<ByteSource>, name: string): Promise<void> {
  const failures = await close(files)
  if (failures.length === 1) throw failures[0]
  if (failures.length > 1) throw new AggregateError(failures, `closing ${name} failed`)
}

/**
 * Closes the files of a model that could not be opened.
 *
 * @throws always: the error, joined by what closing threw
 */
export async function closeAfter(
  error: unknown,
  files: Iterable<ByteSource>,
  name: string
): Promise<never> {
  const failures = await close(files)
  if (failures.length === 0) throw error
  throw new AggregateError([error, ...failures], `opening ${name} and closing it failed`)
}

/** @returns what went wrong */
async function close(files: Iterable<ByteSource>): Promise<unknown[]> {
  const results = await Promise.allSettled([...files].map(file => file.close()))
  return results.flatMap(result => (result.status === 'rejected' ? [result.reason] : []))
}
