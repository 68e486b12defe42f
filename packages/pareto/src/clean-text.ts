/** What XML cannot hold, and what drives a terminal or reorders the text around it. */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
  /[\0-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF]/g

/** Makes any text safe to show: control characters, marks that reorder text and halves of pairs become U+FFFD. */
export function cleanText(text: string): string {
  return text.toWellFormed().replace(UNSAFE, '\uFFFD')
}

/** Tells whether a text is safe to show as it is, on one line. */
export function isCleanLine(text: string): boolean {
  return cleanText(text) === text && !/[\t\r\n]/.test(text)
}
