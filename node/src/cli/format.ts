import type { ExpertRecord, Loss } from '@soup/manifest'

/** @returns a size for a person: `812 B`, `1.4 MB`, `16.0 GB` (decimal units) */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  // Half a tenth below the next unit already reads as that unit.
  while (value >= (unit === 0 ? 1_000 : 999.95) && unit < units.length - 1) {
    value /= 1_000
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/** @returns a duration for a person: `4 s`, `3 min 20 s`, `2 h 5 min` */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60]
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${whole % 60} s`
}

/** @returns an id cut to what tells it apart in a list; commands accept the short form */
export function shortId(id: string): string {
  return id.slice(0, SHORT_ID_CHARS)
}

/** A CIDv1's first characters are the same for all; this leaves eight that differ. */
const SHORT_ID_CHARS = 16

/** @returns a claim for a person */
export function yesNo(claim: boolean): string {
  return claim ? 'yes' : 'no'
}

/**
 * Lays out rows as aligned columns: numbers to the right, text to the left.
 *
 * @param head column titles
 * @param rows one text or number per column
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[]
): string {
  const cells = [head, ...rows].map(row =>
    row.map(cell => printable(String(cell)).replaceAll('\n', ' '))
  )
  const widths = head.map((_, i) => Math.max(...cells.map(row => row[i]?.length ?? 0)))
  const isNumeric = head.map((_, i) =>
    rows.every(row => /^[-+±\d., ]*[kMGT]?B?$/.test(String(row[i])))
  )
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) =>
        isNumeric[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)
      )
      .join('  ')
      .trimEnd()
  return cells.map(line).join('\n')
}

/**
 * Lays out a list as a table with a row per item.
 *
 * @param columns title of each column, and what it shows of an item
 * @param empty what to say when there is no item: why, and the way out
 */
export function listing<Item>(
  items: readonly Item[],
  columns: Readonly<Record<string, (item: Item) => string | number>>,
  empty: string
): string {
  if (items.length === 0) return empty
  const cells = Object.values(columns)
  return table(
    Object.keys(columns),
    items.map(item => cells.map(cell => cell(item)))
  )
}

/** @returns `text` without control characters but line feeds: what peers wrote must not steer a terminal */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '�')
}

/** What a lossy codec lost: `error 12.3 % of the update, cosine 0.992`, or that it lost nothing. */
export function formatLoss({ relativeError, cosine }: Loss): string {
  if (relativeError === 0) return 'nothing lost'
  return `error ${percent(relativeError)} of the update, cosine ${cosine.toFixed(4)}`
}

function percent(share: number): string {
  return `${(100 * share).toPrecision(3)} %`
}

/** How an expert travels, in a column: `exact`, `int8, error 0.6 %`, `exact, σ = 0.5`. */
export function formatCodec({
  codec,
  loss,
  privacy
}: Pick<ExpertRecord, 'codec' | 'loss' | 'privacy'>): string {
  const parts = [codec]
  if (loss !== undefined) {
    parts.push(loss.relativeError === 0 ? 'nothing lost' : `error ${percent(loss.relativeError)}`)
  }
  if (privacy !== undefined) parts.push(privacy.noise === 0 ? 'clipped' : `σ = ${privacy.noise}`)
  return parts.join(', ')
}
