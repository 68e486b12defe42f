import { MAX_DIAL_MS } from './limits.ts'

/** @returns a signal that aborts with the given one, or when dialling has taken too long */
export function withinDialTime(signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(MAX_DIAL_MS)
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout])
}

/** libp2p's messages may go on for pages. @returns what fits into a sentence */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n')[0]?.replace(/\p{C}/gu, '?') ?? ''
}
