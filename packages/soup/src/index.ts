/**
 * Rewarded soups: the base plus λ-weighted deltas, computed as a stream.
 *
 * {@link linearSoup} is a function from checkpoints to a checkpoint; another operator is another such
 * function. Same ingredients, same λ, same order: same bytes on every machine.
 *
 * @packageDocumentation
 */
export { SoupBuildError } from './errors.ts'
export { checkLambda, type LambdaOptions } from './lambda.ts'
export { LAMBDA_SUM_TOLERANCE } from './limits.ts'
export { type Ingredient, type LinearSoupInit, linearSoup } from './linear-soup.ts'
