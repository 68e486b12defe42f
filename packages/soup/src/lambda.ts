import { SoupBuildError } from './errors.ts'
import { LAMBDA_SUM_TOLERANCE } from './limits.ts'

/** Options of {@link checkLambda}. */
export interface LambdaOptions {
  /** Whether coefficients may leave the simplex: be negative, exceed 1, or sum to anything. */
  extrapolate?: boolean | undefined
}

/**
 * Refuses coefficients that aren't on the simplex: Σλᵢ = 1 within {@link LAMBDA_SUM_TOLERANCE} and
 * 0 ≤ λᵢ ≤ 1. Nothing is ever renormalised. With `extrapolate` any finite numbers pass.
 *
 * @param lambda one coefficient per ingredient
 * @throws {SoupBuildError} `SOUP_LAMBDA`
 */
export function checkLambda(lambda: readonly number[], options: LambdaOptions = {}): void {
  const odd = lambda.findIndex(value => !Number.isFinite(value))
  if (odd >= 0) throw refuse(lambda, `coefficient ${odd + 1} is ${lambda[odd]}, expected a number`)
  if (options.extrapolate) return
  const outside = lambda.findIndex(value => value < 0 || value > 1)
  if (outside >= 0) {
    throw refuse(
      lambda,
      `coefficient ${outside + 1} is ${lambda[outside]}, expected 0 to 1 (unless you ask to extrapolate)`
    )
  }
  if (!sumsToOne(lambda)) {
    throw refuse(
      lambda,
      `the coefficients sum to ${sum(lambda)}, expected 1 (unless you ask to extrapolate)`
    )
  }
}

/** Tells whether Σλᵢ is 1 within {@link LAMBDA_SUM_TOLERANCE}. */
export function sumsToOne(lambda: readonly number[]): boolean {
  return Math.abs(1 - sum(lambda)) <= LAMBDA_SUM_TOLERANCE
}

/** Σλᵢ. */
export function sum(lambda: readonly number[]): number {
  return lambda.reduce((total, value) => total + value, 0)
}

function refuse(lambda: readonly number[], problem: string): SoupBuildError {
  return new SoupBuildError('SOUP_LAMBDA', `Lambda [${lambda.join(', ')}] is refused: ${problem}`, {
    details: { lambda: lambda.map(String), problem }
  })
}
