import type { AbortOptions } from '@soup/interface'
import type { SoupNode } from '../node.ts'
import type { RecipeDraft } from './recipes.ts'

/** Namespace of the store's state: by record id, whether all of an expert was decoded here and had its hashes. */
const VERIFIED_EXPERTS = 'verified-experts'

/**
 * Remembers that experts were decoded whole, and that every tensor was what its publisher signed. Base and payload are
 * what they were as long as their own checks hold, so soups, fronts and measurements need not hash the result again.
 *
 * @param ids record ids
 */
export async function rememberVerified(node: SoupNode, ids: readonly string[]): Promise<void> {
  for (const id of ids) await node.store.state.put(VERIFIED_EXPERTS, id, true)
}

/** @returns whether all of an expert was decoded here before and had its hashes */
export async function isVerified(
  node: SoupNode,
  id: string,
  options?: AbortOptions
): Promise<boolean> {
  return (await node.store.state.get(VERIFIED_EXPERTS, id, options)) === true
}

/** @returns ids of the experts that building the soup of a recipe reads whole */
export function expertsRead({ ingredients, parameters, tensorLambda }: RecipeDraft): string[] {
  // Single tensors have λ of their own then.
  if (tensorLambda !== undefined) return []
  // Task arithmetic leaves out what s·λ takes to 0, were it by underflow; others look at λ alone, and are held to the same.
  const scale = parameters?.scale ?? 1
  return ingredients
    .filter(({ lambda }) => lambda === undefined || scale * lambda !== 0)
    .flatMap(({ expert, recipe }) => (recipe === undefined ? [expert!] : expertsRead(recipe)))
}
