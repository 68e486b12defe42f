import { MAX_PATTERN_DEPTH, MAX_PATTERN_LENGTH } from '../../limits.ts'
import { type CharacterSet, CLASSES, characterSet } from './character-set.ts'

/** A regular expression, taken apart. */
export type PatternNode =
  | { readonly kind: 'character'; readonly set: CharacterSet }
  | { readonly kind: 'sequence'; readonly nodes: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly nodes: readonly PatternNode[] }
  | {
      readonly kind: 'repeat'
      readonly node: PatternNode
      readonly min: number
      readonly max: number
    }
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'ahead'; readonly node: PatternNode; readonly isNegative: boolean }

/** What an expression may ask of a place between two characters. */
export type Place = 'start' | 'end' | 'edge' | 'inside'

const PLACES: ReadonlyMap<string, Place> = new Map([
  ['A', 'start'],
  ['Z', 'end'],
  ['b', 'edge'],
  ['B', 'inside']
])

/**
 * Reads a regular expression in Python's syntax: characters, `.`, classes, groups, choices, repetitions, anchors, `\b`
 * and looking ahead. Nothing else (back references, looking behind, flags), for what a finite automaton can't match
 * takes exponential time in the worst case.
 *
 * @param fail makes the error of an expression that is none or asks for more
 */
export function parsePattern(text: string, fail: (problem: string) => Error): PatternNode {
  if (text.length > MAX_PATTERN_LENGTH) throw fail(`more than ${MAX_PATTERN_LENGTH} characters`)
  const parser = new PatternParser(text, fail)
  const node = parser.choice(0)
  if (!parser.isAtEnd) throw fail('a ) without its (')
  return node
}

class PatternParser {
  readonly #characters: readonly string[]
  readonly #fail: (problem: string) => Error
  #at = 0

  constructor(text: string, fail: (problem: string) => Error) {
    this.#characters = [...text]
    this.#fail = fail
  }

  get isAtEnd(): boolean {
    return this.#at === this.#characters.length
  }

  choice(depth: number): PatternNode {
    if (depth > MAX_PATTERN_DEPTH)
      throw this.#fail(`groups nested deeper than ${MAX_PATTERN_DEPTH}`)
    const nodes = [this.#sequence(depth)]
    while (this.#skip('|')) nodes.push(this.#sequence(depth))
    return nodes.length === 1 ? nodes[0]! : { kind: 'choice', nodes }
  }

  #sequence(depth: number): PatternNode {
    const nodes: PatternNode[] = []
    while (!this.isAtEnd && this.#next !== '|' && this.#next !== ')') {
      nodes.push(this.#repeated(this.#atom(depth)))
    }
    return nodes.length === 1 ? nodes[0]! : { kind: 'sequence', nodes }
  }

  #repeated(node: PatternNode): PatternNode {
    const range = this.#range()
    if (range === undefined) return node
    // Reluctant or not, the same names match.
    this.#skip('?')
    if (this.#next === '+' || this.#next === '*' || this.#range() !== undefined) {
      throw this.#fail('a repetition of a repetition')
    }
    return { kind: 'repeat', node, ...range }
  }

  #range(): { min: number; max: number } | undefined {
    if (this.#skip('*')) return { min: 0, max: Infinity }
    if (this.#skip('+')) return { min: 1, max: Infinity }
    if (this.#skip('?')) return { min: 0, max: 1 }
    const rest = this.#characters.slice(this.#at, this.#at + 12).join('')
    const [whole, low, comma, high] = /^\{(\d{0,4})(,?)(\d{0,4})\}/.exec(rest) ?? []
    if (whole === undefined || (low === '' && high === '')) return undefined
    this.#at += whole.length
    const min = Number(low)
    const max = comma === '' ? min : high === '' ? Infinity : Number(high)
    if (max < min) throw this.#fail(`the repetition ${whole}`)
    return { min, max }
  }

  #atom(depth: number): PatternNode {
    const character = this.#take()
    switch (character) {
      case '(':
        return this.#group(depth)
      case '[':
        return { kind: 'character', set: this.#set() }
      case '\\':
        return this.#escape()
      case '.':
        return { kind: 'character', set: ANY }
      case '^':
        return { kind: 'place', place: 'start' }
      case '$':
        return { kind: 'place', place: 'end' }
      case '*':
      case '+':
      case '?':
        throw this.#fail(`nothing that ${character} could repeat`)
      default:
        return { kind: 'character', set: single(character) }
    }
  }

  #group(depth: number): PatternNode {
    let wrap = (node: PatternNode): PatternNode => node
    if (this.#skip('?')) {
      const kind = this.#take()
      if (kind === '=' || kind === '!') {
        wrap = node => ({ kind: 'ahead', node, isNegative: kind === '!' })
      } else if (kind !== ':') throw this.#fail(`the group (?${kind}`)
    }
    const node = this.choice(depth + 1)
    if (!this.#skip(')')) throw this.#fail('a ( without its )')
    return wrap(node)
  }

  #escape(): PatternNode {
    const character = this.#take()
    const place = PLACES.get(character)
    if (place !== undefined) return { kind: 'place', place }
    const bits = CLASSES.get(character)
    if (bits !== undefined) return { kind: 'character', set: characterSet([], bits) }
    return { kind: 'character', set: single(this.#literal(character)) }
  }

  /** A character that stands for itself behind a backslash. */
  #literal(character: string): string {
    if (/[A-Za-z0-9]/.test(character)) throw this.#fail(`\\${character}`)
    return character
  }

  #set(): CharacterSet {
    const isNegative = this.#skip('^')
    const ranges: [number, number][] = []
    let classes = 0
    do {
      const member = this.#member()
      if (typeof member === 'number') classes |= member
      else ranges.push(member)
    } while (this.#next !== ']')
    this.#at++
    return characterSet(ranges, classes, isNegative)
  }

  /** @returns bits of a class, or first and last code point */
  #member(): number | [number, number] {
    const first = this.#take()
    if (first === '\\') {
      const escaped = this.#take()
      return CLASSES.get(escaped) ?? rangeOf(this.#literal(escaped))
    }
    if (first === '[') throw this.#fail('a [ inside of [ ]')
    if (this.#next !== '-' || this.#characters[this.#at + 1] === ']') return rangeOf(first)
    this.#at++
    const last = this.#take()
    const range = rangeOf(first, last)
    if (last === '\\' || range[1] < range[0]) throw this.#fail(`the range ${first}-${last}`)
    return range
  }

  get #next(): string | undefined {
    return this.#characters[this.#at]
  }

  #take(): string {
    const character = this.#next
    if (character === undefined) throw this.#fail('an end in the middle')
    this.#at++
    return character
  }

  #skip(character: string): boolean {
    if (this.#next !== character) return false
    this.#at++
    return true
  }
}

/** `.`: anything but the end of a line. */
const ANY = characterSet([rangeOf('\n')], 0, true)

function single(character: string): CharacterSet {
  return characterSet([rangeOf(character)])
}

function rangeOf(first: string, last: string = first): [number, number] {
  return [first.codePointAt(0)!, last.codePointAt(0)!]
}
