/**
 * Rewarded soups and other merging operators, computed as a stream.
 *
 * {@link buildSoup} builds a soup by the name of its method, of which {@link METHODS} knows all, and checks what the
 * method takes. Each operator, as {@link linearSoup}, is a function from checkpoints to a checkpoint.
 * {@link applyAdapters} is that of low-rank adapters, whose soup may also stay an adapter: {@link productSoup},
 * {@link truncatedSoup}, {@link factorSoup}. {@link buildMergedSoup} takes adapters beside whole models,
 * {@link buildAdapterSoup} builds a soup that stays an adapter. Same ingredients, same λ, same order: same bytes on
 * every machine.
 *
 * @packageDocumentation
 */
export type { AdapterSoupInit } from './adapter/adapter-soup.ts'
export { type ApplyAdaptersInit, applyAdapters } from './adapter/apply-adapters.ts'
export {
  type AdapterExpert,
  type AdapterSoup,
  type BuildAdapterSoupInit,
  type BuildAdapterSoupOptions,
  buildAdapterSoup,
  type WholeExpert
} from './adapter/build-adapter-soup.ts'
export { type BuildMergedSoupInit, buildMergedSoup } from './adapter/build-merged-soup.ts'
export { factorSoup } from './adapter/factor-soup.ts'
export { productSoup } from './adapter/product-soup.ts'
export type { AdapterIngredient } from './adapter/terms.ts'
export {
  type TruncatedSoup,
  type TruncatedSoupInit,
  truncatedSoup
} from './adapter/truncated-soup.ts'
export { averageSquares } from './average-squares.ts'
export {
  type BuildSoupInit,
  buildSoup,
  type SoupIngredient,
  type SoupSettings
} from './build-soup.ts'
export { SoupBuildError } from './errors.ts'
export { checkLambda, type LambdaOptions } from './lambda.ts'
export { type Ingredient, type LinearSoupInit, linearSoup } from './linear-soup.ts'
export {
  type AdapterMethodName,
  isAdapterMethod,
  isMethod,
  type LambdaKind,
  METHODS,
  type Method,
  type MethodName,
  type MethodParameter,
  methodName,
  methodParameters,
  type WeightMethodName
} from './methods.ts'
export type { SoupInit } from './soup-checkpoint.ts'
export type { TensorLambda } from './tensor-lambda.ts'
export type { NamedCheckpoint } from './tensors.ts'
