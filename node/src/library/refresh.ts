import type { AbortOptions } from '@soup/interface'
import type { SoupNode } from '../node.ts'

/** A list must not hang on a slow peer: what is not told within this time comes with the next one. */
const REFRESH_TIMEOUT_MS = 10_000

/**
 * Asks the connected peers what they know, so that a list is up to date; does nothing while offline.
 *
 * @param base a base to follow from now on
 */
export async function refreshCatalogue(
  node: SoupNode,
  base: string | undefined,
  options: AbortOptions = {}
): Promise<void> {
  const catalogue = node.exchange?.catalogue
  if (catalogue === undefined) return
  if (base !== undefined) catalogue.follow(base)
  const timeout = AbortSignal.timeout(REFRESH_TIMEOUT_MS)
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout
  try {
    await node.exchange?.bootstrapped({ signal })
    await catalogue.sync({ signal })
  } catch (error) {
    options.signal?.throwIfAborted()
    if (!timeout.aborted) throw error
  }
}
