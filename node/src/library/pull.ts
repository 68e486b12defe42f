import type { Provider } from '@soup/exchange'
import { type ProgressOptions, SoupError } from '@soup/interface'
import type { SignedRecord } from '@soup/manifest'
import { NodeError } from '../errors.ts'
import type { SoupNode } from '../node.ts'
import { baseRecords } from './lookup.ts'
import { type PayloadReport, pullPayload } from './pull-payload.ts'
import { refreshCatalogue } from './refresh.ts'

/** Records of one base that are tried: strangers can sign any number, and each may cost a whole payload. */
const MAX_TRIED_RECORDS = 16

/** How a pull went, as `soup-node pull` prints it. */
export interface PullReport extends PayloadReport {
  /** Other records of the same base that were tried before, in vain. */
  failures: PullFailure[]
}

/** A record that did not bring what it promises. */
export interface PullFailure {
  /** Record id. */
  id: string
  /** Peer id of who signed it. */
  publisher: string
  /** The error's code. */
  code: string
  /** The error's message. */
  message: string
}

/**
 * Brings here what a record is about, whole and verified, and provides it to others from then on.
 *
 * Anybody can sign a record of any base. Where that of a base proves false or its payload cannot be had, its
 * other records are tried in turn, also those that connected peers only tell of then.
 *
 * @param hints peers to ask first
 * @throws NodeError and others, as {@link pullPayload} does; where several records failed, one that names them all
 */
export async function pullRecord(
  node: SoupNode,
  signed: SignedRecord,
  hints: readonly Provider[],
  options: ProgressOptions
): Promise<PullReport> {
  if (signed.record.kind !== 'base') {
    return { ...(await pullPayload(node, signed, hints, options)), failures: [] }
  }
  const { base } = signed.record
  const attempts: Attempt[] = []
  for await (const each of recordsToTry(node, signed, base, options)) {
    if (attempts.length === MAX_TRIED_RECORDS) break
    try {
      const report = await pullPayload(node, each, hints, options)
      return { ...report, failures: attempts.map(failureOf) }
    } catch (error) {
      options.signal?.throwIfAborted()
      if (!(error instanceof SoupError) || isOurs(error)) throw error
      attempts.push({ signed: each, error })
    }
  }
  throw summary(base, attempts)
}

/** A record that was tried, and why it failed. */
interface Attempt {
  signed: SignedRecord
  error: SoupError
}

function failureOf({ signed: { id, publisher }, error: { code, message } }: Attempt): PullFailure {
  return { id, publisher, code, message }
}

/** Records of a base whose payloads differ: that which was found, those known, those that peers tell of. */
async function* recordsToTry(
  node: SoupNode,
  first: SignedRecord,
  base: string,
  options: ProgressOptions
): AsyncGenerator<SignedRecord> {
  yield first
  const tried = new Set([undefined, payloadOf(first)])
  for (const asksPeers of [false, true]) {
    if (asksPeers) await refreshCatalogue(node, undefined, options)
    for (const each of await baseRecords(node, base, options)) {
      if (tried.has(payloadOf(each))) continue
      tried.add(payloadOf(each))
      yield each
    }
  }
}

/** The payload of a base record as one word: its size belongs to it, since a record may lie about that alone. */
function payloadOf({ record }: SignedRecord): string | undefined {
  if (record.kind !== 'base' || record.payload === undefined) return undefined
  return `${record.payload.root} ${record.payload.bytes}`
}

/** A full disk or the like: another record would fail as well. */
function isOurs({ code }: SoupError): boolean {
  return code.startsWith('STORE_') || code === 'NODE_OFFLINE' || code === 'EXCHANGE_STOPPED'
}

/** Failures that may pass, so that it is worth while to try again; the others are certain. */
const PASSING: ReadonlySet<string> = new Set(['EXCHANGE_NO_PROVIDER', 'EXCHANGE_CORRUPT'])

function summary(base: string, attempts: readonly Attempt[]): SoupError | undefined {
  const [first, ...others] = attempts.map(({ error }) => error)
  if (first === undefined || others.length === 0) return first
  const { code } = others.find(error => PASSING.has(error.code)) ?? first
  const failures = attempts.map(failureOf)
  const reasons = failures.map(
    ({ id, publisher, message }) => `record ${id} of ${publisher}: ${message}`
  )
  return new NodeError(
    code,
    `None of ${failures.length} records of base ${base} brought it (at most ${MAX_TRIED_RECORDS} are tried; name another by its id): ${reasons.join('; ')}`,
    { details: { base, failures }, cause: new AggregateError([first, ...others]) }
  )
}
