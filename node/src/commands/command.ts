import type { ProgressOptions } from '@soup/interface'
import type { SoupNode } from '../node.ts'
import type { RepoPaths } from '../repo/repo.ts'
import type { Invocation } from './invocation.ts'

/** A positional argument or an option, in commander's notation. */
export interface Spec {
  /** `<path>`, `[id...]` for arguments; `--name <name>` for options. */
  flags: string
  /** One line for `--help`. */
  summary: string
}

/** An option; `repeat` collects every occurrence into a list. */
export interface OptionSpec extends Spec {
  repeat?: boolean
}

/** What every command declares, whatever it runs on. */
export interface CommandShape<Output> {
  /** The words after `soup-node`: `publish`, `base add`. */
  name: string
  /** One sentence for `--help`. */
  summary: string
  /** Positional arguments in order. */
  args?: readonly Spec[]
  /** Options besides the global ones. */
  options?: readonly OptionSpec[]
  /** Complete command lines shown by `--help`. */
  examples: readonly string[]
  /** @returns what a person reads on the terminal */
  render(output: Output): string
  /** @returns what `--json` prints; without it, the output as it is */
  toJson?(output: Output): unknown
}

/** What a command gets that runs in the caller's process. */
export interface CallerContext {
  /** The repo that the caller named; it need not exist. */
  repo: RepoPaths
  /** Prints an answer before the command ends: a daemon says where it listens. */
  announce(output: unknown): void
  /** Prints a line for the log. */
  log(line: string): void
}

/** A command that runs in the caller's process, without a daemon and without opening the repo first. */
export interface CallerCommand<Output> extends CommandShape<Output> {
  needs: 'caller'
  run(context: CallerContext, invocation: Invocation, options: ProgressOptions): Promise<Output>
}

/**
 * A command on a node: in the daemon when one runs on the repo, else in the caller's process on the
 * repo itself, with the network up for as long as the command takes when it needs `network`.
 */
export interface NodeCommand<Output> extends CommandShape<Output> {
  needs: 'repo' | 'network'
  run(node: SoupNode, invocation: Invocation, options: ProgressOptions): Promise<Output>
}

/** Any command, its output type forgotten. */
export type Command = CallerCommand<unknown> | NodeCommand<unknown>

/** Declares a command that runs in the caller's process. @returns it, typed for the command list */
export function callerCommand<Output>(command: Omit<CallerCommand<Output>, 'needs'>): Command {
  return { ...command, needs: 'caller' } as CallerCommand<unknown>
}

/** Declares a command on a node. @returns it, typed for the command list */
export function nodeCommand<Output>(command: NodeCommand<Output>): Command {
  return command as NodeCommand<unknown>
}
