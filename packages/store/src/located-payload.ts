import type { ByteSource } from '@soup/interface'
import type { LocatedPayload } from './store.ts'

/** Opens a payload that `locate` described, in any thread. */
export async function openLocatedPayload(_located: LocatedPayload): Promise<ByteSource> {
  throw new Error('in the making')
}
