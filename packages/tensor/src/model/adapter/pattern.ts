import { MAX_MATCH_STEPS, MAX_PATTERN_PARTS } from '../../limits.ts'
import { allows, type CharacterSet, type Subject, subjectOf, WORD } from './character-set.ts'
import { type PatternNode, type Place, parsePattern } from './parse-pattern.ts'

/** Matches whole names with one regular expression. */
export type Pattern = (name: string) => boolean

/** The error of a regular expression that isn't matched; the problem is for the middle of a sentence. */
export type PatternFailure = (problem: string) => Error

type Instruction =
  | { readonly kind: 'character'; readonly set: CharacterSet; readonly next: number }
  | { readonly kind: 'place'; readonly place: Place; readonly next: number }
  | {
      readonly kind: 'ahead'
      readonly start: number
      readonly isNegative: boolean
      readonly next: number
    }
  | { kind: 'split'; nexts: readonly number[] }
  | { readonly kind: 'accept' }

interface Program {
  readonly instructions: readonly Instruction[]
  readonly start: number
  /** The turn in which an instruction was reached last: one array for all names and for looking ahead. */
  readonly reached: Uint32Array
  /** Places of names that were looked at so far. */
  turns: number
}

/** Counts what has been done; throws past the limit. */
type Count = (steps: number) => void

/** Steps that a part of an expression counts, for it is kept until all names are matched. */
const STEPS_PER_PART = 20

/** Steps that beginning to match counts, for a name or for looking ahead. */
const STEPS_PER_RUN = 4

/**
 * Compiles a stranger's regular expressions, which must not keep the process busy: a name is matched by following all
 * ways through an expression at once (Thompson, "Regular Expression Search Algorithm", CACM 1968), so that no
 * expression takes exponential time, and all compiling and matching together is counted, in steps that take about the
 * same time each, and ends in an error past `MAX_MATCH_STEPS`. JavaScript's own engine backtracks and can't be stopped.
 *
 * @returns compiles one expression in Python's syntax, see `parsePattern`; the steps of all of them are counted together
 */
export function patternCompiler(): (text: string, fail: PatternFailure) => Pattern {
  let steps = 0
  let [name, subject] = ['', subjectOf('')]
  return (text, fail) => {
    const count = (more: number) => {
      steps += more
      if (steps > MAX_MATCH_STEPS) throw fail('too many steps to match with all names')
    }
    const program = compile(parsePattern(text, fail), fail, count)
    return next => {
      if (next !== name) {
        count(next.length)
        ;[name, subject] = [next, subjectOf(next)]
      }
      return run(program, program.start, subject, 0, true, count)
    }
  }
}

function compile(node: PatternNode, fail: PatternFailure, count: Count): Program {
  const instructions: Instruction[] = []
  const add = (instruction: Instruction): number => instructions.push(instruction) - 1
  let emitted = 0
  /** @returns where to begin, so that what follows the node begins at `next` */
  const emit = (part: PatternNode, next: number): number => {
    // Counts parts, not instructions: one that is empty, repeated often enough, would take for ever as well.
    if (++emitted > MAX_PATTERN_PARTS) {
      throw fail(`more than ${MAX_PATTERN_PARTS} parts, repetitions written out`)
    }
    count(STEPS_PER_PART)
    switch (part.kind) {
      case 'character':
      case 'place':
        return add({ ...part, next })
      case 'ahead':
        return add({ ...part, start: emit(part.node, add({ kind: 'accept' })), next })
      case 'sequence':
        return part.nodes.reduceRight((after, inner) => emit(inner, after), next)
      case 'choice':
        return add({ kind: 'split', nexts: part.nodes.map(inner => emit(inner, next)) })
      case 'repeat':
        return emitRepeat(part, next)
    }
  }
  const emitRepeat = (
    { node: inner, min, max }: PatternNode & { kind: 'repeat' },
    next: number
  ): number => {
    let start = next
    if (max === Infinity) {
      const loop: Instruction = { kind: 'split', nexts: [] }
      start = add(loop)
      loop.nexts = [emit(inner, start), next]
    } else {
      for (let i = min; i < max; i++) {
        start = add({ kind: 'split', nexts: [emit(inner, start), next] })
      }
    }
    for (let i = 0; i < min; i++) start = emit(inner, start)
    return start
  }
  const accept = add({ kind: 'accept' })
  const start = emit(node, accept)
  return { start, instructions, reached: new Uint32Array(instructions.length), turns: 0 }
}

function run(
  program: Program,
  start: number,
  name: Subject,
  from: number,
  isWhole: boolean,
  count: Count
): boolean {
  const { instructions, reached } = program
  /** Adds what can be reached without taking a character. */
  const reach = (first: number, at: number, turn: number, list: number[]): void => {
    const left = [first]
    for (let pc = left.pop(); pc !== undefined; pc = left.pop()) {
      count(1)
      if (reached[pc] === turn) continue
      reached[pc] = turn
      const instruction = instructions[pc]!
      if (instruction.kind === 'split') left.push(...instruction.nexts)
      else if (instruction.kind === 'place') {
        if (isAt(instruction.place, name, at)) left.push(instruction.next)
      } else if (instruction.kind === 'ahead') {
        const isAhead = run(program, instruction.start, name, at, false, count)
        if (isAhead !== instruction.isNegative) left.push(instruction.next)
      } else list.push(pc)
    }
  }
  count(STEPS_PER_RUN)
  let current: number[] = []
  // Looking ahead takes turns in between, but reaches no instruction of those who look.
  reach(start, from, ++program.turns, current)
  for (let at = from; current.length > 0; at++) {
    const isEnd = at === name.codes.length
    if ((!isWhole || isEnd) && current.some(pc => instructions[pc]!.kind === 'accept')) return true
    if (isEnd) return false
    const next: number[] = []
    const turn = ++program.turns
    for (const pc of current) {
      const instruction = instructions[pc]!
      if (instruction.kind === 'character' && allows(instruction.set, name, at)) {
        reach(instruction.next, at + 1, turn, next)
      }
    }
    current = next
  }
  return false
}

function isAt(place: Place, { classes }: Subject, at: number): boolean {
  if (place === 'start') return at === 0
  if (place === 'end') return at === classes.length
  const isEdge = isWord(classes[at - 1]) !== isWord(classes[at])
  return isEdge === (place === 'edge')
}

function isWord(classes: number | undefined): boolean {
  return ((classes ?? 0) & WORD) !== 0
}
