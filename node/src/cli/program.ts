import { Command as Commander, type CommanderError, Option } from 'commander'
import type { Command, OptionSpec } from '../commands/command.ts'
import type { InvocationJson, OptionValue } from '../commands/invocation.ts'
import { UsageError } from '../errors.ts'

/** Options that every command takes. */
export interface GlobalOptions {
  /** The repo's folder. */
  repo: string
  /** Print one JSON document on stdout. */
  json: boolean
  /** No progress, no remarks. */
  quiet: boolean
  /** Say more on stderr, stack traces of failures included. */
  verbose: boolean
}

/** What the command line asked for. */
export interface ParsedLine {
  command: Command
  invocation: Omit<InvocationJson, 'cwd'>
  global: GlobalOptions
}

/** Texts that differ between programs. */
export interface ProgramInit {
  name: string
  version: string
  /** @returns the repo used without `--repo` */
  defaultRepo: () => string
  /** Receives help and version texts. */
  write: (text: string) => void
}

/**
 * Parses a command line. `help COMMAND` is `COMMAND --help`.
 *
 * @returns what to run, or undefined when help or the version was printed
 * @throws UsageError naming the mistake
 */
export function parseLine(
  argv: readonly string[],
  commands: readonly Command[],
  init: ProgramInit
): ParsedLine | undefined {
  let parsed: ParsedLine | undefined
  const root = makeRoot(init)
  for (const command of commands) {
    addCommand(root, command, (args, options) => {
      const { repo, json, quiet, verbose, ...own } = options
      const global = {
        repo: String(repo ?? init.defaultRepo()),
        json: json === true,
        quiet: quiet === true,
        verbose: verbose === true
      }
      parsed = { command, invocation: { args, options: own }, global }
    })
  }
  try {
    root.parse(withoutHelp(init.name, argv, commands), { from: 'user' })
  } catch (error) {
    if (!(error instanceof LineError)) throw error
    if (error.isAnswered) return undefined
    const help = [init.name, ...error.words, '--help'].join(' ')
    throw new UsageError(`${mistake(error, commands)} (see ${help})`)
  }
  return parsed
}

/** @throws UsageError for `help` of what is no command: the parser itself would print the general help */
function withoutHelp(
  name: string,
  argv: readonly string[],
  commands: readonly Command[]
): string[] {
  if (argv[0] !== 'help') return [...argv]
  const words = argv.slice(1).filter(word => !word.startsWith('-'))
  const command = words.join(' ')
  const isKnown = commands.some(each => `${each.name} `.startsWith(`${command} `))
  if (words.length === 0 || isKnown) return [...argv.slice(1), '--help']
  throw new UsageError(`unknown command '${command}' (see ${name} --help)`)
}

/** Why a line runs nothing: a mistake, or help was printed. */
class LineError extends Error {
  readonly code: string
  /** Whether help or the version was asked for. */
  readonly isAnswered: boolean
  /** The words after the program's name that were understood. */
  readonly words: readonly string[]

  constructor({ message, code, exitCode }: CommanderError, words: readonly string[]) {
    super(message)
    this.code = code
    this.isAnswered = exitCode === 0
    this.words = words
  }
}

/** Commander's own words in one sentence, and where a command is missing or unknown, which there are. */
function mistake({ code, message, words }: LineError, commands: readonly Command[]): string {
  const group = words.map(word => `${word} `).join('')
  const choice = commands.map(({ name }) => name).filter(name => name.startsWith(group))
  const said = message.replace(/^error: /, '').replaceAll('\n', ' ')
  if (code === 'commander.help') return `the command is missing: one of ${choice.join(', ')}`
  if (code !== 'commander.unknownCommand' || group === '') return said
  return `${said}: one of ${choice.join(', ')}`
}

function makeRoot(init: ProgramInit): Commander {
  const root = new Commander(init.name)
    .description('Share fine-tuned models as deltas and mix them into rewarded soups')
    .helpCommand(false)
    .configureOutput({
      writeOut: init.write,
      writeErr: () => undefined,
      outputError: () => undefined
    })
  for (const option of GLOBAL) root.addOption(makeOption(option))
  return tellingWhere(root.version(init.version, '--version', 'print the version'))
}

function addCommand(
  root: Commander,
  command: Command,
  run: (args: string[], options: Record<string, OptionValue>) => void
): void {
  const leaf = command.name.split(' ').reduce(child, root)
  leaf.description(command.summary)
  describeGroup(leaf.parent)
  for (const { flags, summary } of command.args ?? []) leaf.argument(flags, summary)
  for (const option of [...(command.options ?? []), ...GLOBAL]) leaf.addOption(makeOption(option))
  leaf.addHelpText('after', `\nExamples:\n${command.examples.map(e => `  $ ${e}`).join('\n')}`)
  leaf.action((...values: unknown[]) => {
    const args = values
      .slice(0, -2)
      .flat()
      .filter(value => value !== undefined) as string[]
    const given = { ...root.opts<Record<string, OptionValue>>(), ...leaf.opts() }
    checkFilled(leaf, given)
    run(args, takeSingles(leaf, command, given))
  })
}

/** Unwraps the one value of what may not be repeated: which of two was meant, nobody can know. */
function takeSingles(
  leaf: Commander,
  { options = [] }: Command,
  given: Readonly<Record<string, OptionValue>>
): Record<string, OptionValue> {
  const lists = new Set(options.filter(({ repeat }) => repeat).map(each => makeOption(each).name()))
  const taken = Object.entries(given).map(([name, value]): [string, OptionValue] => {
    if (!Array.isArray(value) || lists.has(name)) return [name, value]
    if (value.length > 1)
      leaf.error(`option --${name} is given more than once: ${value.join(', ')}`)
    return [name, value[0]!]
  })
  return Object.fromEntries(taken)
}

/** In a script an empty option is a variable that was not set. */
function checkFilled(leaf: Commander, options: Readonly<Record<string, OptionValue>>): void {
  for (const [name, value] of Object.entries(options)) {
    const isEmpty = value === '' || (Array.isArray(value) && value.includes(''))
    if (isEmpty) leaf.error(`option --${name} is empty`)
  }
}

/** A word that only groups commands, such as `base`, says which ones. */
function describeGroup(group: Commander | null): void {
  if (!group?.parent) return
  group.summary(group.commands.map(command => command.name()).join(', '))
}

function child(parent: Commander, name: string): Commander {
  const found = parent.commands.find(command => command.name() === name)
  if (found !== undefined) return found
  const made = parent.command(name).allowExcessArguments(false).helpCommand(false)
  return tellingWhere(made)
}

/** Lets a command say with its mistakes which one it is. */
function tellingWhere(command: Commander): Commander {
  return command.exitOverride(error => {
    throw new LineError(error, wordsOf(command))
  })
}

function wordsOf(command: Commander): string[] {
  return command.parent === null ? [] : [...wordsOf(command.parent), command.name()]
}

function makeOption({ flags, summary, repeat }: OptionSpec): Option {
  const option = new Option(flags, repeat === true ? `${summary} (repeatable)` : summary)
  // Option values keep the dashed names that a person typed.
  option.attributeName = () => option.name()
  if (!option.isBoolean()) {
    option.argParser((value: string, sofar: string[] | undefined) => [...(sofar ?? []), value])
  }
  return option
}

const GLOBAL: readonly OptionSpec[] = [
  { flags: '--repo <dir>', summary: 'the repo (default: SOUP_REPO, else ~/.soup)' },
  { flags: '--json', summary: 'print one JSON document on stdout' },
  { flags: '--quiet', summary: 'print results only' },
  { flags: '--verbose', summary: 'say more about failures' }
]
