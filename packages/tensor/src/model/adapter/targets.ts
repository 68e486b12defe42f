import type { AdapterConfig } from './config.ts'
import { unsupportedAdapter } from './errors.ts'
import type { Pattern, patternCompiler } from './pattern.ts'

/** Compiles the expression of a field; see {@link patternCompiler}. */
type Compile = ReturnType<typeof patternCompiler>

/**
 * Which modules PEFT would put factors into by a configuration, as far as their names decide.
 *
 * As in PEFT: what is excluded or saved whole is none; `target_modules` are whole names or what follows a dot to the
 * end, or one regular expression of whole names; `layers_to_transform` counts in a list of layers, the first number
 * in a name, or the one behind `layers_pattern`. Which modules `all-linear` means, or no `target_modules` at all, depends
 * on the base's code: any.
 *
 * @returns tells whether a module of this name may have factors
 * @throws {TensorError} `ADAPTER_UNSUPPORTED` when an expression isn't one that can be matched safely
 */
export function targetMatcher(config: AdapterConfig, compile: Compile): Pattern {
  const compileField = (field: string, text: string) =>
    compile(text, problem =>
      unsupportedAdapter(config.name, field, `the regular expression has ${problem}`)
    )
  const isNamed = (field: string, wanted: readonly string[] | string): Pattern =>
    typeof wanted === 'string' ? compileField(field, wanted) : name => endsWithAny(name, wanted)
  const isExcluded =
    config.excludeModules === '' ? () => false : isNamed('exclude_modules', config.excludeModules)
  const saved = config.modulesToSave.map(text =>
    compileField('modules_to_save', `(^|.*\\.)${text}($|\\..*)`)
  )
  const { targetModules } = config
  const isTarget =
    targetModules === undefined ||
    (typeof targetModules === 'string' && targetModules.toLowerCase() === 'all-linear')
      ? () => true
      : isNamed('target_modules', targetModules)
  // As in PEFT, a name that is given in full is one in any layer.
  const isInFull: Pattern = name => Array.isArray(targetModules) && targetModules.includes(name)
  const isInLayer = layerMatcher(config)
  return name =>
    !isExcluded(name) &&
    !saved.some(matches => matches(name)) &&
    isTarget(name) &&
    (isInFull(name) || isInLayer(name))
}

function endsWithAny(name: string, wanted: readonly string[]): boolean {
  return wanted.some(target => name === target || name.endsWith(`.${target}`))
}

function layerMatcher({ name: adapter, layersToTransform, layersPattern }: AdapterConfig): Pattern {
  if (layersToTransform === undefined) return () => true
  const odd = layersPattern.find(pattern => !/^\w+$/.test(pattern))
  if (odd !== undefined) {
    throw unsupportedAdapter(adapter, 'layers_pattern', `${JSON.stringify(odd)} is no plain name`)
  }
  const wanted = new Set(layersToTransform)
  return name => {
    const index = layerIndex(name.split('.'), layersPattern)
    return index !== undefined && wanted.has(index)
  }
}

/**
 * The first number in a name that has two other parts before it and one behind, or that follows one of the list names,
 * which may be the first part (as since PEFT 0.21).
 */
function layerIndex(parts: readonly string[], lists: readonly string[]): number | undefined {
  const indexAfter = (list: string | undefined): number | undefined => {
    const at = parts.findIndex(
      (part, i) =>
        i >= (list === undefined ? 2 : 1) &&
        i < parts.length - 1 &&
        /^\d+$/.test(part) &&
        (list === undefined || parts[i - 1] === list)
    )
    return at < 0 ? undefined : Number(parts[at])
  }
  if (lists.length === 0) return indexAfter(undefined)
  return lists.map(indexAfter).find(index => index !== undefined)
}
