import type { AbortOptions } from '@soup/interface'
import {
  type BaseRecord,
  type ExpertRecord,
  parseRecord,
  parseTicket,
  type SignedRecord,
  TICKET_PREFIX
} from '@soup/manifest'
import { NodeError } from '../errors.ts'
import type { SoupNode } from '../node.ts'
import { basePayloads } from './models.ts'
import { refreshCatalogue } from './refresh.ts'

/** Fewer characters of an id say too little: every CIDv1 of a record begins with the same nine. */
const MIN_PREFIX_CHARS = 10

/**
 * Finds the record that a person means: by record id, by the beginning of one, by a base id (the first of
 * {@link baseRecords}), or by a ticket. Asks the network for what the repo does not hold.
 *
 * @throws NodeError NOT_FOUND when nobody who can be asked knows it; StoreError ID_AMBIGUOUS
 */
export async function findRecord(
  node: SoupNode,
  text: string,
  options?: AbortOptions
): Promise<SignedRecord> {
  if (text.startsWith(TICKET_PREFIX)) return await recordOfTicket(node, text, options)
  const kept = await findKept(node, text, options)
  if (kept !== undefined) return kept
  if (node.exchange !== undefined) {
    await refreshCatalogue(node, undefined, options)
    const told = (await findKept(node, text, options)) ?? (await fetchById(node, text, options))
    if (told !== undefined) return told
  }
  throw notFound(text, node.exchange !== undefined)
}

/** Finds an expert's record. @throws NodeError NOT_AN_EXPERT when the id names something else */
export async function findExpert(
  node: SoupNode,
  text: string,
  options?: AbortOptions
): Promise<SignedRecord<ExpertRecord>> {
  const found = await findRecord(node, text, options)
  if (found.record.kind === 'expert') return found as SignedRecord<ExpertRecord>
  const message = `${text} is ${withArticle(found.kind)}, not an expert; list experts with: soup-node experts`
  throw new NodeError('NOT_AN_EXPERT', message, { details: { id: found.id, kind: found.kind } })
}

/** Finds a base's record. @throws NodeError NOT_A_BASE when the id names something else */
export async function findBase(
  node: SoupNode,
  text: string,
  options?: AbortOptions
): Promise<SignedRecord<BaseRecord>> {
  const found = await findRecord(node, text, options)
  if (found.record.kind === 'base') return found as SignedRecord<BaseRecord>
  const message = `${text} is ${withArticle(found.kind)}, not a base; list bases with: soup-node base list`
  throw new NodeError('NOT_A_BASE', message, { details: { id: found.id, kind: found.kind } })
}

function withArticle(kind: string): string {
  return `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`
}

async function recordOfTicket(
  node: SoupNode,
  text: string,
  options?: AbortOptions
): Promise<SignedRecord> {
  const ticket = parseTicket(text)
  const kept = await node.store.records.get(ticket.record, options)
  if (kept !== undefined) return await parseRecord(kept.envelope)
  const fetched = await node.exchange?.catalogue.fetchRecord(
    ticket.record,
    ticket.addresses,
    options
  )
  if (fetched === undefined) throw notFound(ticket.record, node.exchange !== undefined)
  return await parseRecord(fetched.envelope)
}

async function findKept(
  node: SoupNode,
  text: string,
  options?: AbortOptions
): Promise<SignedRecord | undefined> {
  if (text.length < MIN_PREFIX_CHARS) {
    const message = `'${text}' is too short for an id: give at least ${MIN_PREFIX_CHARS} characters`
    throw new NodeError('NOT_FOUND', message, { details: { id: text } })
  }
  const byBase = await bestBaseRecord(node, text, options)
  if (byBase !== undefined) return byBase
  const id = await node.store.records.resolve(text, options)
  const kept = id === undefined ? undefined : await node.store.records.get(id, options)
  return kept && (await parseRecord(kept.envelope))
}

async function bestBaseRecord(
  node: SoupNode,
  prefix: string,
  options?: AbortOptions
): Promise<SignedRecord | undefined> {
  const base = await node.store.records.resolveBase(prefix, options)
  return base === undefined ? undefined : (await baseRecords(node, base, options))[0]
}

/**
 * Lists what the repo holds of publishers who describe one base: first the records whose payloads were found to
 * hold it, then what can be pulled, then the newest by its own account.
 *
 * @param base base id
 */
export async function baseRecords(
  node: SoupNode,
  base: string,
  options?: AbortOptions
): Promise<SignedRecord<BaseRecord>[]> {
  const found: SignedRecord<BaseRecord>[] = []
  for await (const { envelope } of node.store.records.list({ kind: 'base', base }, options)) {
    const signed = await parseRecord(envelope)
    if (signed.record.kind === 'base') found.push(signed as SignedRecord<BaseRecord>)
  }
  const held = await basePayloads(node, base, options)
  const rank = ({ record: { payload } }: SignedRecord<BaseRecord>): number => {
    if (payload === undefined) return 0
    const isHeld = held.some(({ root, bytes }) => payload.root === root && payload.bytes === bytes)
    return isHeld ? 2 : 1
  }
  return found.sort((a, b) => rank(b) - rank(a) || b.record.created - a.record.created)
}

async function fetchById(
  node: SoupNode,
  text: string,
  options?: AbortOptions
): Promise<SignedRecord | undefined> {
  if (!isWholeId(text)) return undefined
  try {
    const fetched = await node.exchange?.catalogue.fetchRecord(text, [], options)
    return fetched && (await parseRecord(fetched.envelope))
  } catch (error) {
    if ((error as { code?: unknown }).code === 'CATALOGUE_UNREACHABLE') return undefined
    throw error
  }
}

/** Length of a base32 CIDv1 with a sha2-256 digest. */
const WHOLE_ID_CHARS = 59

function isWholeId(text: string): boolean {
  return text.length === WHOLE_ID_CHARS && text.startsWith('b')
}

function notFound(id: string, asked: boolean): NodeError {
  const hint = asked
    ? 'no connected peer knows it; see soup-node peers, or pull by ticket'
    : 'no daemon runs on this repo, so only what it holds was searched; start one with soup-node start'
  return new NodeError('NOT_FOUND', `Nothing is known of ${id}: ${hint}`, { details: { id } })
}
