import { type Checkpoint, type FloatDtype, isFloatDtype, tensorInfo } from '@soup/tensor'
import { sumsToOne } from '../lambda.ts'
import { linearSoup } from '../linear-soup.ts'
import { tensorView } from './tensor-view.ts'
import { type AdapterIngredient, type AdaptersAt, cannotMix } from './terms.ts'

/** What {@link savedSoup} is made of. */
export interface SavedSoupInit {
  /** θ₀; without it every adapter must save what one of them saves, and Σλᵢ be 1. */
  base: Checkpoint | undefined
  adapters: readonly AdapterIngredient[]
  /** Their coefficients for a tensor, where these aren't the same for all. */
  at?: AdaptersAt | undefined
  /**
   * What a float tensor is rounded to; where undefined, the first adapter's dtype, and F32 where the adapters' dtypes
   * differ.
   */
  dtype(tensor: string): FloatDtype | undefined
}

/**
 * The linear soup of the tensors that adapters replace (`modules_to_save`):
 *
 *     θ₀ + Σᵢ λᵢ · (θᵢ − θ₀)
 *
 * where an adapter that doesn't save a tensor has the base's. Adapters with λ = 0 don't count.
 *
 * @returns the tensors by their names in the base; computed as they are read
 * @throws {SoupBuildError} `SOUP_ADAPTERS` where the base is needed and isn't given, `SOUP_MISMATCH` where shapes differ
 */
export function savedSoup(init: SavedSoupInit): Checkpoint {
  const { at = () => init.adapters } = init
  const counted = (name: string) => at(name).filter(({ lambda }) => lambda !== 0)
  const names = new Set(init.adapters.flatMap(({ adapter }) => [...adapter.saved.keys()]))
  const soups = new Map(
    [...names]
      .filter(name => counted(name).some(({ adapter }) => adapter.saved.has(name)))
      .map(name => [name, savedTensor(init, counted(name), name)])
  )
  const tensors = new Map([...soups].map(([name, soup]) => [name, tensorInfo(soup, name)]))
  return {
    name: 'saved tensors',
    metadata: new Map(),
    tensors,
    isSequential: [...soups.values()].some(soup => soup.isSequential),
    open: (name, offset) => {
      tensorInfo({ name: 'saved tensors', tensors }, name)
      return soups.get(name)!.open(name, offset)
    },
    close: () => Promise.resolve()
  }
}

function savedTensor(
  { base, dtype }: SavedSoupInit,
  adapters: readonly AdapterIngredient[],
  tensor: string
): Checkpoint {
  const savers = adapters.filter(({ adapter }) => adapter.saved.has(tensor))
  if (base === undefined) requireNoBase(tensor, adapters, savers)
  const dtypes = savers.map(
    ({ adapter }) => tensorInfo(adapter.checkpoint, adapter.saved.get(tensor)!).dtype
  )
  const own = new Set(dtypes).size === 1 ? dtypes[0]! : 'F32'
  const used = base === undefined ? dtypes : [...dtypes, tensorInfo(base, tensor).dtype]
  const asFloats = new Set(used).size > 1 && used.every(isFloatDtype)
  const ingredients = savers.map(({ name, adapter, lambda }) => ({
    name,
    checkpoint: tensorView(adapter.checkpoint, adapter.saved.get(tensor)!, tensor, asFloats),
    lambda
  }))
  return linearSoup({
    base:
      base === undefined ? ingredients[0]!.checkpoint : tensorView(base, tensor, tensor, asFloats),
    ingredients,
    dtype: dtype(tensor) ?? (isFloatDtype(own) ? own : undefined),
    extrapolate: true
  })
}

function requireNoBase(
  tensor: string,
  adapters: readonly AdapterIngredient[],
  savers: readonly AdapterIngredient[]
): void {
  const other = adapters.find(ingredient => !savers.includes(ingredient))
  if (other === undefined && sumsToOne(savers.map(({ lambda }) => lambda))) return
  const problem =
    other === undefined
      ? `${tensor} is saved whole, and the coefficients don't sum to 1`
      : `${tensor} is saved whole by ${savers[0]!.name} and not by ${other.name}`
  throw cannotMix(`${problem}: the base is needed`, { tensor })
}
