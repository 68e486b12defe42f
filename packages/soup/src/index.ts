/**
 * Rewarded soups: the base plus λ-weighted deltas, computed as a stream.
 *
 * {@link linearSoup} is a function from checkpoints to a checkpoint; another operator is another such
 * function. {@link applyAdapters} is that of low-rank adapters, whose soup may also stay an adapter:
 * {@link productSoup}, {@link truncatedSoup}, {@link factorSoup}. Same ingredients, same λ, same order: same bytes on every machine.
 *
 * @packageDocumentation
 */
export type { AdapterSoupInit } from './adapter/adapter-soup.ts'
export { type ApplyAdaptersInit, applyAdapters } from './adapter/apply-adapters.ts'
export { factorSoup } from './adapter/factor-soup.ts'
export { productSoup } from './adapter/product-soup.ts'
export type { AdapterIngredient } from './adapter/terms.ts'
export {
  type TruncatedSoup,
  type TruncatedSoupInit,
  truncatedSoup
} from './adapter/truncated-soup.ts'
export { SoupBuildError } from './errors.ts'
export { checkLambda, type LambdaOptions } from './lambda.ts'
export { LAMBDA_SUM_TOLERANCE } from './limits.ts'
export { type Ingredient, type LinearSoupInit, linearSoup } from './linear-soup.ts'
