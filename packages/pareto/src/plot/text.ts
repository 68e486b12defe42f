import { cleanText } from '../clean-text.ts'

/** Width of an average character of a sans-serif face, relative to the font size; on the safe side. */
const CHARACTER_WIDTH = 0.58

/** Width of a capital or a sign as wide, relative to the font size. */
const CAPITAL_WIDTH = 0.74

/** Width of a character beyond Latin, Greek and Cyrillic (CJK, emoji), relative to the font size. */
const WIDE_CHARACTER_WIDTH = 1.05

/** Makes any text safe inside an element or a quoted attribute, of HTML and of XML alike. */
export function escapeText(text: string): string {
  return cleanText(text).replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}

/** Estimates how wide a text is drawn, in pixels. */
export function textWidth(text: string, fontSize: number): number {
  let width = 0
  for (const character of text) {
    width += characterWidth(character)
  }
  return width * fontSize
}

function characterWidth(character: string): number {
  if (character.codePointAt(0)! >= 0x1100) return WIDE_CHARACTER_WIDTH
  return /[\p{Lu}mw%@±λ]/u.test(character) ? CAPITAL_WIDTH : CHARACTER_WIDTH
}

/** Cuts a text that is wider than `maxWidth` pixels and ends it with an ellipsis. */
export function ellipsize(text: string, fontSize: number, maxWidth: number): string {
  if (textWidth(text, fontSize) <= maxWidth) return text
  const characters = [...text]
  while (characters.length > 1 && textWidth(`${characters.join('')}…`, fontSize) > maxWidth) {
    characters.pop()
  }
  return `${characters.join('').trimEnd()}…`
}
