const UNITS = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const

/**
 * @param text such as `0.25GiB` or `512MiB`
 * @throws {RangeError} when it is no size
 */
export function parseSize(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(B|KiB|MiB|GiB)$/.exec(text) ?? []
  const size = Math.round(Number(number) * (UNITS[unit as keyof typeof UNITS] ?? Number.NaN))
  if (Number.isSafeInteger(size) && size > 0) return size
  throw new RangeError(`--size wants a number and a unit such as 0.25GiB or 512MiB, got '${text}'`)
}

/**
 * @param option what to call it in an error
 * @throws {RangeError} when it is no whole number from 1 to 99
 */
export function parseCount(option: string, text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text)
  throw new RangeError(`${option} wants a whole number from 1 to 99, got '${text}'`)
}
