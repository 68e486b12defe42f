import { METHODS, methodName, methodParameters } from '@soup/soup'

/** What a method computes, in a few words, and the settings that it takes. */
export interface MethodSummary {
  name: string
  summary: string
  parameters: readonly { name: string; summary: string; default: number | undefined }[]
}

/** Every method there is, those of adapters last. */
export function allMethods(): MethodSummary[] {
  return Object.entries(METHODS).map(([name, { summary, parameters }]) => ({
    name,
    summary,
    parameters
  }))
}

/**
 * The settings of a method as a recipe holds them: those given, and the defaults of all others.
 *
 * @returns undefined where the method has none
 * @throws SoupBuildError SOUP_METHOD, SOUP_PARAMETER
 */
export function methodSettings(
  method: string,
  given: Readonly<Record<string, number>> = {}
): Readonly<Record<string, number>> | undefined {
  const settings = methodParameters(methodName(method), given)
  return Object.keys(settings).length === 0 ? undefined : settings
}
