/** A JSON value. Objects are maps, in which `__proto__` is a name like any other. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | ReadonlyMap<string, JsonValue>

/**
 * Reads the few JSON values that a checkpoint's files may hold, one after another. The caller spells out
 * the grammar, so that nesting, duplicate keys and huge numbers can't get past it, as they can past
 * `JSON.parse`.
 */
export class JsonScanner {
  readonly #text: string
  readonly #part: string
  readonly #fail: (problem: string) => Error
  #at = 0

  /**
   * @param text the JSON
   * @param part what to call the text where an error says the place: `its header`
   * @param fail makes the error of a text that isn't what was asked for
   */
  constructor(text: string, part: string, fail: (problem: string) => Error) {
    this.#text = text
    this.#part = part
    this.#fail = fail
  }

  /** The error of a value that is JSON, but not what its place allows. */
  error(problem: string): Error {
    return this.#fail(problem)
  }

  /** Reads `{ key: value, ... }`; `readValue` consumes each value. */
  fields(readValue: (key: string) => void): void {
    this.#expect('{')
    if (this.#skip('}')) return
    do {
      const key = this.string()
      this.#expect(':')
      readValue(key)
    } while (this.#skip(','))
    this.#expect('}')
  }

  /** Reads `[item, ...]`; `readItem` consumes each item. */
  items(readItem: () => void): void {
    this.#expect('[')
    if (this.#skip(']')) return
    do readItem()
    while (this.#skip(','))
    this.#expect(']')
  }

  /** Reads `[n, ...]` of at most `max` whole numbers. */
  integers(max: number): number[] {
    const list: number[] = []
    this.items(() => {
      if (list.length === max)
        throw this.error(`a list of more than ${max} numbers ${this.#place()}`)
      list.push(this.integer())
    })
    return list
  }

  /**
   * Reads any value, of names that come once; numbers as Python writes them, so also NaN and Infinity.
   *
   * @param depth most lists and objects inside one another
   */
  value(depth: number): JsonValue {
    const mark = this.#text[this.position]
    if (mark === '"') return this.string()
    if (mark !== '{' && mark !== '[') return this.#scalar()
    if (depth === 0) throw this.error(`a value is nested too deeply ${this.#place()}`)
    if (mark === '{') return this.#object(depth - 1)
    const list: JsonValue[] = []
    this.items(() => list.push(this.value(depth - 1)))
    return list
  }

  /** Index of the character that comes next, white space passed over. */
  get position(): number {
    this.#space()
    return this.#at
  }

  /** Index after the last character that was read. */
  get readTo(): number {
    return this.#at
  }

  /** Reads a string without lone surrogates. */
  string(): string {
    this.#space()
    const start = this.#at
    if (this.#text[start] !== '"') throw this.error(`expected a string ${this.#place()}`)
    for (let i = start + 1; i < this.#text.length; i++) {
      if (this.#text[i] === '\\') i++
      else if (this.#text[i] === '"') {
        this.#at = i + 1
        return this.#unquote(this.#text.slice(start, i + 1))
      }
    }
    throw this.error(`a string ${this.#place()} doesn't end`)
  }

  /** Reads a whole number from 0 to 2^53 - 1. */
  integer(): number {
    this.#space()
    const digits = /(?:0|[1-9][0-9]{0,15})(?![0-9.eE+-])/y
    digits.lastIndex = this.#at
    const value = Number(digits.exec(this.#text)?.[0])
    if (!Number.isSafeInteger(value))
      throw this.error(`expected a whole number below 2^53 ${this.#place()}`)
    this.#at = digits.lastIndex
    return value
  }

  /** Passes over a string, a number, `true`, `false` or `null`. */
  skipScalar(): void {
    this.#space()
    if (this.#text[this.#at] === '"') return void this.string()
    this.#match(
      /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y,
      'a plain value'
    )
  }

  /** Allows nothing more but padding: spaces by the format, any white space by its reference reader. */
  end(): void {
    this.#space()
    if (this.#at < this.#text.length) throw this.error(`only spaces may follow ${this.#place()}`)
  }

  /** Leaves escapes to JSON.parse, which also makes a string that doesn't keep the header in memory. */
  #unquote(quoted: string): string {
    try {
      const text = JSON.parse(quoted) as string
      if (text.isWellFormed()) return text
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
    throw this.error(`a string that isn't valid JSON ends ${this.#place()}`)
  }

  #object(depth: number): ReadonlyMap<string, JsonValue> {
    const object = new Map<string, JsonValue>()
    this.fields(name => {
      if (object.has(name)) throw this.error(`field ${JSON.stringify(name)} comes twice`)
      object.set(name, this.value(depth))
    })
    return object
  }

  #scalar(): number | boolean | null {
    const scalar =
      /(?:true|false|null|NaN|-?Infinity|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y
    const text = this.#match(scalar, 'a value')
    if (text === 'null') return null
    return text === 'true' || (text === 'false' ? false : Number(text))
  }

  /** Passes over what a sticky expression matches here. */
  #match(expression: RegExp, what: string): string {
    expression.lastIndex = this.#at
    const [text] = expression.exec(this.#text) ?? []
    if (text === undefined) throw this.error(`expected ${what} ${this.#place()}`)
    this.#at += text.length
    return text
  }

  #expect(mark: string): void {
    if (!this.#skip(mark)) throw this.error(`expected ${mark} ${this.#place()}`)
  }

  #skip(mark: string): boolean {
    this.#space()
    if (this.#text[this.#at] !== mark) return false
    this.#at++
    return true
  }

  #space(): void {
    while (' \n\r\t'.includes(this.#text[this.#at] ?? '.')) this.#at++
  }

  #place(): string {
    return `at character ${this.#at} of ${this.#part}`
  }
}
