import { resolve } from 'node:path'
import { UsageError } from '../errors.ts'

/** An option's value as the command line gives it. */
export type OptionValue = string | boolean | string[]

/** What a caller asked of a command; travels as JSON from the command line to the daemon. */
export interface InvocationJson {
  args: string[]
  options: Record<string, OptionValue>
  /** The caller's working directory, against which paths are resolved. */
  cwd: string
}

/** Reads a command's arguments and options, naming what is missing or malformed. */
export class Invocation {
  /** Positional arguments in order. */
  readonly args: readonly string[]
  readonly #options: ReadonlyMap<string, OptionValue>
  readonly #cwd: string

  /** @param json as the command line or the local API gave it */
  constructor(json: InvocationJson) {
    this.args = json.args
    this.#options = new Map(Object.entries(json.options))
    this.#cwd = json.cwd
  }

  /** @returns the positional argument at `index`. @throws UsageError when it is missing */
  arg(index: number, name: string): string {
    const value = this.args[index]
    if (value === undefined || value === '') throw new UsageError(`Argument <${name}> is missing`)
    return value
  }

  /** @returns whether the switch `--name` was given */
  flag(name: string): boolean {
    return this.#options.get(name) === true
  }

  /** @returns the text of `--name`, or undefined */
  text(name: string): string | undefined {
    const value = this.#options.get(name)
    if (value === undefined || typeof value === 'string') return value
    throw new UsageError(`Option --${name} wants one value`)
  }

  /** @returns the text of `--name`. @throws UsageError when it is missing */
  required(name: string): string {
    const value = this.text(name)
    if (value === undefined || value === '') throw new UsageError(`Option --${name} is missing`)
    return value
  }

  /** @returns every value of a repeated `--name`, in order */
  list(name: string): string[] {
    const value = this.#options.get(name)
    if (value === undefined) return []
    if (Array.isArray(value)) return value
    throw new UsageError(`Option --${name} wants a value each time`)
  }

  /** @returns the whole number of `--name` within `min..max`, or undefined */
  integer(name: string, min: number, max: number): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= min && value <= max) return value
    throw new UsageError(
      `Option --${name} wants a whole number from ${min} to ${max}, got '${text}'`
    )
  }

  /** @returns the number of `--name` within `min..max`, or undefined */
  number(name: string, min: number, max: number): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = Number(text)
    if (/^[-+.\deE]+$/.test(text) && value >= min && value <= max) return value
    throw new UsageError(`Option --${name} wants a number from ${min} to ${max}, got '${text}'`)
  }

  /** @returns `text` as an absolute path, seen from the caller's working directory */
  path(text: string): string {
    return resolve(this.#cwd, text)
  }
}
