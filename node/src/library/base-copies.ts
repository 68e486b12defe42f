import type { AbortOptions } from '@soup/interface'
import type { JsonValue, PayloadRef } from '@soup/manifest'
import type { SoupNode } from '../node.ts'
import type { BaseFile } from './models.ts'

/** Where a base lies: in the payload that was found to hold it, or in the file or folder that it was added from. */
export type BaseCopy = { payload: PayloadRef } | { file: BaseFile }

/** Most copies of one base that are remembered: nobody keeps so many, and opening an expert may look into each. */
export const MAX_BASE_COPIES = 16

/** Namespace of the store's state: the copies of a base, the one that was added last first. */
const BASE_COPIES = 'base-copies'

/** Namespaces of earlier versions, which remembered one file and one payload a base. */
const [BASE_FILES, BASE_PAYLOADS] = ['base-files', 'base-payloads']

/** Remembers one more copy of a base, or that a known one was added again. */
export async function rememberCopy(node: SoupNode, base: string, copy: BaseCopy): Promise<void> {
  const others = (await baseCopies(node, base)).filter(other => keyOf(other) !== keyOf(copy))
  const copies = [copy, ...others].slice(0, MAX_BASE_COPIES)
  await node.store.state.put(BASE_COPIES, base, copies as unknown as JsonValue)
}

/** Lists the copies of a base, whether they are still what they were or not; the one that was added last first. */
export async function baseCopies(
  node: SoupNode,
  base: string,
  options?: AbortOptions
): Promise<BaseCopy[]> {
  const { state } = node.store
  const known = (await state.get(BASE_COPIES, base, options)) as unknown
  if (known !== undefined) return known as BaseCopy[]
  const payload = (await state.get(BASE_PAYLOADS, base, options)) as unknown
  const file = (await state.get(BASE_FILES, base, options)) as unknown as BaseFile | undefined
  return [
    ...(payload === undefined ? [] : [{ payload: payload as PayloadRef }]),
    // Versions before those noted no parts, and called the folder of a file by itself ''.
    ...(Array.isArray(file?.parts) ? [{ file: { ...file, folder: file.folder ?? file.path } }] : [])
  ]
}

function keyOf(copy: BaseCopy): string {
  return 'payload' in copy ? copy.payload.root : copy.file.path
}
