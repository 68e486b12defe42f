import { SoupBuildError } from './errors.ts'
import { matchesGlob } from './glob.ts'
import { checkLambda, type LambdaOptions } from './lambda.ts'
import { MAX_GLOB_LENGTH, MAX_TENSOR_LAMBDAS } from './limits.ts'

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
 * @throws {SoupBuildError} `SOUP_GLOB` for a rule that decides about no tensor, and for too many or too long ones;
 *   `SOUP_LAMBDA` as {@link checkLambda}, and for a wrong number of coefficients
 */
export function tensorLambdas(
  rules: readonly TensorLambda[],
  names: readonly string[],
  count: number,
  options: LambdaOptions
): Map<string, readonly number[]> {
  checkRules(rules, count, options)
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
    if (glob.length > MAX_GLOB_LENGTH) {
      throw refuseGlob(glob, `is longer than ${MAX_GLOB_LENGTH} characters`)
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

function refuseGlob(glob: string, problem: string): SoupBuildError {
  return new SoupBuildError(
    'SOUP_GLOB',
    `the pattern ${JSON.stringify(glob.slice(0, MAX_GLOB_LENGTH))} ${problem}`,
    { details: { glob: glob.slice(0, MAX_GLOB_LENGTH), problem } }
  )
}
