/** What must be closed: a file, a checkpoint. */
export interface Closable {
  close(): Promise<void>
}

/**
 * Closes everything, also when some of it fails to.
 *
 * @param name what to call all of it in an error
 * @throws what closing threw; of several failures, an AggregateError
 */
export async function closeAll(files: Iterable<Closable>, name: string): Promise<void> {
  const failures = await close(files)
  if (failures.length === 1) throw failures[0]
  if (failures.length > 1) throw new AggregateError(failures, `closing ${name} failed`)
}

/**
 * Closes what could not be read.
 *
 * @throws always: the error, joined by what closing threw
 */
export async function closeAfter(
  error: unknown,
  files: Iterable<Closable>,
  name: string
): Promise<never> {
  const failures = await close(files)
  if (failures.length === 0) throw error
  throw new AggregateError([error, ...failures], `reading ${name} and closing it failed`)
}

/** Reads from something and closes it, whatever happens. */
export async function readAndClose<T>(
  file: Closable & { readonly name: string },
  read: () => Promise<T>
): Promise<T> {
  let result: T
  try {
    result = await read()
  } catch (error) {
    return await closeAfter(error, [file], file.name)
  }
  await file.close()
  return result
}

/** @returns what went wrong */
async function close(files: Iterable<Closable>): Promise<unknown[]> {
  const results = await Promise.allSettled([...files].map(file => file.close()))
  return results.flatMap(result => (result.status === 'rejected' ? [result.reason] : []))
}
