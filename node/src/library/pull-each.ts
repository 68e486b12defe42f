import type { Provider } from '@soup/exchange'
import { type ErrorJson, errorToJson, type ProgressOptions } from '@soup/interface'
import type { SignedRecord } from '@soup/manifest'
import { NodeError } from '../errors.ts'
import type { SoupNode } from '../node.ts'
import { type PullReport, pullRecord } from './pull.ts'

/** Things that a message names one by one; `details` have all of them. */
const MAX_NAMED = 16

/** Something to pull. */
export interface Wanted {
  /** What the caller calls it. */
  name: string
  /** Finds its record, and who to ask first. */
  find(): Promise<{ record: SignedRecord; hints: readonly Provider[] }>
}

/** How one of several pulls went. */
export interface Pulled extends PullReport {
  /** The base that was pulled, or that the expert is over. */
  base: string | undefined
}

interface Failure extends ErrorJson {
  name: string
}

/**
 * Pulls one thing after the other. Anybody can publish what cannot be pulled, so one that fails does not keep
 * the others away.
 *
 * @throws what the only one wanted failed with; of several, NodeError with the code of the first failure, which
 *   tells of all failures and of what was brought
 */
export async function pullEach(
  node: SoupNode,
  wanted: readonly Wanted[],
  options: ProgressOptions
): Promise<Pulled[]> {
  const pulled: Pulled[] = []
  const failures: Failure[] = []
  const errors: unknown[] = []
  for (const { name, find } of wanted) {
    try {
      const { record, hints } = await find()
      pulled.push({ ...(await pullRecord(node, record, hints, options)), base: record.base })
    } catch (error) {
      options.signal?.throwIfAborted()
      errors.push(error)
      failures.push({ name, ...errorToJson(error) })
    }
  }
  if (errors.length === 0) return pulled
  throw wanted.length === 1 ? errors[0] : summary(pulled, failures, errors)
}

function summary(
  pulled: readonly Pulled[],
  failures: readonly Failure[],
  errors: readonly unknown[]
): NodeError {
  const reasons = listed(failures.map(({ name, message }) => `${name}: ${message}`))
  const brought = pulled.length === 0 ? 'nothing' : listed(pulled.map(nameOf))
  const message = `${failures.length} of ${failures.length + pulled.length} could not be pulled: ${reasons}. Brought here: ${brought}`
  const details = { failures, pulled }
  return new NodeError(failures[0]!.code, message, { details, cause: new AggregateError(errors) })
}

function listed(texts: readonly string[]): string {
  const more = texts.length - MAX_NAMED
  return [...texts.slice(0, MAX_NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}

/** @returns the id of what was pulled, as other commands take it */
export function nameOf({ kind, base, id }: Pulled): string {
  return kind === 'base' && base !== undefined ? base : id
}
