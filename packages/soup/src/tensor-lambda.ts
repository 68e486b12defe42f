import { MAX_GLOB_BYTES, MAX_TENSOR_LAMBDAS } from '@soup/interface'
import { SoupBuildError } from './errors.ts'
import { matchesGlob } from './glob.ts'
import { checkLambda, type LambdaOptions } from './lambda.ts'
import { MAX_GLOB_STEPS } from './limits.ts'

/** Coefficients for some of the tensors. */
export interface TensorLambda {
  /** Whose names: see {@link matchesGlob}. */
  glob: string
  /** λᵢ, one an ingredient, in their order. */
  lambda: readonly number[]
}

/**
 * Finds each tensor's coefficients: those of the first rule that matches its name.
 *
 * @param names the float tensors that λ counts for
 * @param count number of ingredients
 * @returns coefficients by name; the tensors that no rule matches are missing
 * @throws {SoupBuildError} `SOUP_GLOB` for a rule that decides about no tensor, and for too many or too long ones,
 *   by themselves or for that many names; `SOUP_LAMBDA` as {@link checkLambda}, and for a wrong number of coefficients
 */
export function tensorLambdas(
  rules: readonly TensorLambda[],
  names: readonly string[],
  count: number,
  options: LambdaOptions
): Map<string, readonly number[]> {
  checkRules(rules, count, options)
  checkSteps(rules, names)
  const found = new Map<string, readonly number[]>()
  const used = new Set<TensorLambda>()
  for (const name of names) {
    const rule = rules.find(({ glob }) => matchesGlob(name, glob))
    if (rule === undefined) continue
    found.set(name, rule.lambda)
    used.add(rule)
  }
  const unused = rules.find(rule => !used.has(rule))
  if (unused === undefined) return found
  throw refuseGlob(
    unused.glob,
    'decides about no float tensor: none has such a name, or rules before it take them all; mend or remove it'
  )
}

function checkRules(rules: readonly TensorLambda[], count: number, options: LambdaOptions): void {
  if (rules.length > MAX_TENSOR_LAMBDAS) {
    throw refuseGlob(
      rules[MAX_TENSOR_LAMBDAS]!.glob,
      `is one too many: at most ${MAX_TENSOR_LAMBDAS} rules are taken`
    )
  }
  for (const { glob, lambda } of rules) {
    const sizeBytes = Buffer.byteLength(glob)
    if (sizeBytes > MAX_GLOB_BYTES) {
      throw refuseGlob(glob, `has ${sizeBytes} bytes, at most ${MAX_GLOB_BYTES} are taken`)
    }
    if (lambda.length !== count) {
      throw new SoupBuildError(
        'SOUP_LAMBDA',
        `the tensors ${JSON.stringify(glob)} have ${lambda.length} coefficients, expected ${count}: one an expert`,
        { details: { glob, got: lambda.length, expected: count } }
      )
    }
    checkLambda(lambda, options)
  }
}

/** A recipe is a stranger's, and so may the names be: together they must not keep a thread for an hour. */
function checkSteps(rules: readonly TensorLambda[], names: readonly string[]): void {
  const globs = rules.reduce((sum, { glob }) => sum + glob.length, 0)
  const named = names.reduce((sum, name) => sum + name.length, 0)
  const steps = globs * named
  if (steps <= MAX_GLOB_STEPS) return
  const most = Math.floor(MAX_GLOB_STEPS / named)
  throw new SoupBuildError(
    'SOUP_GLOB',
    `the ${rules.length} patterns have ${globs} characters, and over the names of ${names.length} float tensors, which have ${named}, ${most} are taken: let fewer or shorter patterns with * stand for more tensors`,
    { details: { patterns: rules.length, characters: globs, most } }
  )
}

function refuseGlob(glob: string, problem: string): SoupBuildError {
  return new SoupBuildError(
    'SOUP_GLOB',
    `the pattern ${JSON.stringify(glob.slice(0, MAX_GLOB_BYTES))} ${problem}`,
    { details: { glob: glob.slice(0, MAX_GLOB_BYTES), problem } }
  )
}
