import type { ErrorJson } from '../errors.ts'

/** Exit codes that scripts rely on. */
export const EXIT: {
  readonly done: 0
  readonly failed: 1
  readonly usage: 2
  readonly notFound: 3
  readonly unverified: 4
  readonly network: 5
} = { done: 0, failed: 1, usage: 2, notFound: 3, unverified: 4, network: 5 }

/** Error codes that do not mean plain failure. A code that is absent here exits with 1. */
const BY_CODE: ReadonlyMap<string, number> = new Map([['USAGE', EXIT.usage]])

/** @returns the exit code for an error's stable code */
export function exitCodeOf(error: ErrorJson): number {
  return BY_CODE.get(error.code) ?? EXIT.failed
}
