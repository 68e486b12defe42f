import { isMethod, METHODS, methodParameters } from '@soup/soup'
import { NodeError, UsageError } from '../errors.ts'
import { type AdapterMethod, isAdapterMethod } from '../jobs/open-adapter-soup.ts'

/** What a method computes, in a few words, and the settings that it takes. */
export interface MethodSummary {
  name: string
  summary: string
  parameters: readonly { name: string; summary: string; default: number | undefined }[]
}

const ADAPTER_METHODS: Readonly<Record<AdapterMethod, Omit<MethodSummary, 'name'>>> = {
  product: {
    summary: 'of adapters, exact: one adapter whose rank is the sum of theirs',
    parameters: [
      { name: 'rank', summary: 'cut to this rank, with the error told', default: undefined }
    ]
  },
  factors: {
    summary: "of adapters, A and B averaged by themselves, as the paper's code does",
    parameters: []
  }
}

/** Most ranks that a soup of adapters can be cut to: more is no low rank. */
const MAX_RANK = 65_536

/** Every method there is, those of adapters last. */
export function allMethods(): MethodSummary[] {
  return Object.entries({ ...METHODS, ...ADAPTER_METHODS }).map(
    ([name, { summary, parameters }]) => ({ name, summary, parameters })
  )
}

/**
 * The settings of a method as a recipe holds them: those given, and the defaults of all others.
 *
 * @returns undefined where the method has none
 * @throws NodeError SOUP_METHOD, SoupBuildError SOUP_PARAMETER
 */
export function methodSettings(
  method: string,
  given: Readonly<Record<string, number>> = {}
): Readonly<Record<string, number>> | undefined {
  const settings = isAdapterMethod(method)
    ? adapterSettings(method, given)
    : methodParameters(known(method), given)
  return Object.keys(settings).length === 0 ? undefined : settings
}

function known(method: string) {
  if (isMethod(method)) return method
  const names = allMethods().map(({ name }) => name)
  const message = `There is no method '${method}' in this version, expected one of ${names.join(', ')}`
  throw new NodeError('SOUP_METHOD', message, { details: { method } })
}

function adapterSettings(
  method: AdapterMethod,
  given: Readonly<Record<string, number>>
): Readonly<Record<string, number>> {
  const { rank, ...others } = given
  const odd = Object.keys(method === 'product' ? others : given)[0]
  if (odd !== undefined) throw new UsageError(`The method ${method} has no setting '${odd}'`)
  if (rank === undefined) return {}
  if (Number.isInteger(rank) && rank >= 1 && rank <= MAX_RANK) return { rank }
  throw new UsageError(`The rank of a soup is a whole number from 1 to ${MAX_RANK}, got ${rank}`)
}
