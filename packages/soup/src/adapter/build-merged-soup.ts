import { biasOf, type LoraAdapter } from '@soup/delta'
import { type Checkpoint, type FloatDtype, isFloatDtype } from '@soup/tensor'
import {
  type BuildSoupInit,
  buildSoup,
  type CheckedSettings,
  checkedSettings,
  type SoupIngredient
} from '../build-soup.ts'
import { isAdapterMethod } from '../methods.ts'
import { checkExperts } from '../soup-checkpoint.ts'
import { floatDtype } from '../tensors.ts'
import { applyAdapters } from './apply-adapters.ts'
import type { AdapterExpert, WholeExpert } from './build-adapter-soup.ts'
import { decodedView } from './tensor-view.ts'

/** What {@link buildMergedSoup} is made of. */
export interface BuildMergedSoupInit extends Omit<BuildSoupInit, 'ingredients'> {
  /** The experts, in the recipe's order. Stay the caller's. */
  ingredients: readonly (AdapterExpert | WholeExpert)[]
}

/**
 * Builds a soup of weights, of which experts may be adapters over the base. Whole models alone are {@link buildSoup}'s.
 *
 * Of adapters alone, a method that is linear in the experts is {@link applyAdapters}. Else each adapter is merged into
 * the base by itself, and base and experts are seen in F32 (F64 stays) wherever an adapter changes something. So what
 * adapters add is rounded once either way, with the soup: rounded to BF16 by itself, a small update is mostly lost.
 *
 * @returns as {@link buildSoup}
 * @throws {SoupBuildError} as {@link buildSoup} and {@link applyAdapters}
 * @throws {DeltaError} `ADAPTER_MISMATCH`, `ADAPTER_TOO_LARGE`
 * @throws {RangeError} for a method that makes an adapter
 */
export function buildMergedSoup(init: BuildMergedSoupInit): Checkpoint {
  const settings = checkedSettings(init)
  if (isAdapterMethod(settings.method)) throw new RangeError(`${settings.method} makes an adapter`)
  const whole = init.ingredients.filter(isWhole)
  if (whole.length === init.ingredients.length) return buildSoup({ ...init, ingredients: whole })
  const linear = whole.length === 0 ? linearLambda(settings) : undefined
  if (linear === undefined) return mixedSoup(init)
  const { base, dtype, tensorLambda } = init
  const adapters = init.ingredients.filter(isAdapter)
  return applyAdapters({
    base,
    dtype,
    adapters: adapters.map((expert, i) => ({ ...expert, lambda: linear.lambda[i]! })),
    tensorLambda,
    extrapolate: linear.extrapolate
  })
}

function isAdapter(expert: AdapterExpert | WholeExpert): expert is AdapterExpert {
  return expert.adapter !== undefined
}

function isWhole(expert: AdapterExpert | WholeExpert): expert is WholeExpert {
  return expert.adapter === undefined
}

/** The coefficients of the linear soup that a method is, and whether they may be any; undefined where it is none. */
function linearLambda({
  method,
  ingredients,
  parameters,
  extrapolate
}: CheckedSettings<AdapterExpert | WholeExpert>) {
  const lambda = ingredients.map(expert => expert.lambda)
  switch (method) {
    case 'linear':
      return { lambda, extrapolate }
    case 'uniform':
      return { lambda: lambda.map(() => 1 / lambda.length), extrapolate: false }
    case 'wise':
      return { lambda, extrapolate: true }
    case 'task-arithmetic':
      return { lambda: lambda.map(value => parameters.scale! * value), extrapolate: true }
    default:
      return undefined
  }
}

function mixedSoup(init: BuildMergedSoupInit): Checkpoint {
  const { base, ingredients } = init
  checkExperts(base, ingredients.filter(isWhole))
  const narrow = narrowTensors(
    base,
    ingredients.filter(isAdapter).map(({ adapter }) => adapter)
  )
  const ownDtype = (tensor: string): FloatDtype => floatDtype(base, tensor)
  const wideDtype = (tensor: string) => (narrow.has(tensor) ? 'F32' : ownDtype(tensor))
  const experts = ingredients.map((expert): SoupIngredient => {
    if (isWhole(expert)) return { ...expert, checkpoint: decodedView(expert.checkpoint, narrow) }
    const { name, lambda, adapter } = expert
    const adapters = [{ name, adapter, lambda: 1 }]
    return { name, lambda, checkpoint: applyAdapters({ base, adapters, dtype: wideDtype }) }
  })
  return buildSoup({
    ...init,
    base: decodedView(base, narrow),
    ingredients: experts,
    dtype: init.dtype ?? ownDtype
  })
}

/** The tensors of the base that an adapter changes and that f32 holds better than their own dtype. */
function narrowTensors(base: Checkpoint, adapters: readonly LoraAdapter[]): Set<string> {
  const changed = adapters.flatMap(({ modules, saved }) => [
    ...modules.map(({ weight }) => weight),
    ...modules.filter(({ bias }) => bias !== undefined).map(biasOf),
    ...saved.keys()
  ])
  const isNarrow = (tensor: string) => {
    const dtype = base.tensors.get(tensor)?.dtype ?? ''
    return isFloatDtype(dtype) && dtype !== 'F32' && dtype !== 'F64'
  }
  return new Set(changed.filter(isNarrow))
}
