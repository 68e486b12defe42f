import { MAX_MATCH_STEPS, MAX_PATTERN_PARTS } from '../../limits.ts'
import {
  type CharacterTest,
  isWord,
  type PatternNode,
  type Place,
  parsePattern
} from './parse-pattern.ts'

/** Matches whole names with one regular expression. */
export type Pattern = (name: string) => boolean

/** The error of a regular expression that isn't matched; the problem is for the middle of a sentence. */
export type PatternFailure = (problem: string) => Error

type Instruction =
  | { readonly kind: 'character'; readonly test: CharacterTest; readonly next: number }
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
}

/**
 * Compiles a stranger's regular expressions, which must not keep the process busy: a name is matched by following all
 * ways through an expression at once (Thompson, "Regular Expression Search Algorithm", CACM 1968), so that no
 * expression takes exponential time, and all matching together is counted and ends in an error past
 * `MAX_MATCH_STEPS`. JavaScript's own engine backtracks and can't be stopped.
 *
 * @returns compiles one expression in Python's syntax, see `parsePattern`; the steps of all of them are counted together
 */
export function patternCompiler(): (text: string, fail: PatternFailure) => Pattern {
  let steps = 0
  return (text, fail) => {
    const program = compile(parsePattern(text, fail), fail)
    const count = () => {
      if (++steps > MAX_MATCH_STEPS) throw fail('too many steps to match with all names')
    }
    return name => run(program, program.start, [...name], 0, true, count)
  }
}

function compile(node: PatternNode, fail: PatternFailure): Program {
  const instructions: Instruction[] = []
  const add = (instruction: Instruction): number => instructions.push(instruction) - 1
  let emitted = 0
  /** @returns where to begin, so that what follows the node begins at `next` */
  const emit = (part: PatternNode, next: number): number => {
    // Counts parts, not instructions: one that is empty, repeated often enough, would take for ever as well.
    if (++emitted > MAX_PATTERN_PARTS) {
      throw fail(`more than ${MAX_PATTERN_PARTS} parts, repetitions written out`)
    }
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
  return { start: emit(node, accept), instructions }
}

function run(
  { instructions }: Program,
  start: number,
  name: readonly string[],
  from: number,
  isWhole: boolean,
  count: () => void
): boolean {
  // The place in the name at which an instruction was reached last, counted from 1.
  const reached = new Uint32Array(instructions.length)
  /** Adds what can be reached without taking a character. */
  const reach = (first: number, at: number, list: number[]): void => {
    const left = [first]
    for (let pc = left.pop(); pc !== undefined; pc = left.pop()) {
      count()
      if (reached[pc] === at + 1) continue
      reached[pc] = at + 1
      const instruction = instructions[pc]!
      if (instruction.kind === 'split') left.push(...instruction.nexts)
      else if (instruction.kind === 'place') {
        if (isAt(instruction.place, name, at)) left.push(instruction.next)
      } else if (instruction.kind === 'ahead') {
        const isAhead = run({ instructions, start }, instruction.start, name, at, false, count)
        if (isAhead !== instruction.isNegative) left.push(instruction.next)
      } else list.push(pc)
    }
  }
  let current: number[] = []
  reach(start, from, current)
  for (let at = from; current.length > 0; at++) {
    const isDone = !isWhole || at === name.length
    if (isDone && current.some(pc => instructions[pc]!.kind === 'accept')) return true
    const character = name[at]
    if (character === undefined) return false
    const next: number[] = []
    for (const pc of current) {
      const instruction = instructions[pc]!
      if (instruction.kind === 'character' && instruction.test(character)) {
        reach(instruction.next, at + 1, next)
      }
    }
    current = next
  }
  return false
}

function isAt(place: Place, name: readonly string[], at: number): boolean {
  if (place === 'start') return at === 0
  if (place === 'end') return at === name.length
  const isEdge = isWord(name[at - 1] ?? '') !== isWord(name[at] ?? '')
  return isEdge === (place === 'edge')
}
