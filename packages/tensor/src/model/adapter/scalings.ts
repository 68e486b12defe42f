import type { AdapterConfig } from './config.ts'
import { unsupportedAdapter } from './errors.ts'
import type { Pattern, patternCompiler } from './pattern.ts'

/** What a configuration says of one module. */
export interface ModuleScaling {
  /** r */
  readonly rank: number
  /** α */
  readonly alpha: number
  /** s: α/r, or α/√r of a rank-stabilised adapter. */
  readonly scaling: number
}

/**
 * What `r`, `lora_alpha` and their patterns say of a module: s = α/r (LoRA, arXiv 2106.09685, section 4.1) or, of a
 * rank-stabilised adapter, s = α/√r (arXiv 2312.03732). As in PEFT, of the patterns that match a name, or what follows
 * a dot of it, the first counts.
 *
 * @throws {TensorError} `ADAPTER_UNSUPPORTED` when a pattern isn't one that can be matched safely
 */
export function scalingOf(
  config: AdapterConfig,
  compile: ReturnType<typeof patternCompiler>
): (module: string) => ModuleScaling {
  const rankOf = firstMatch(config, 'rank_pattern', config.rankPattern, compile)
  const alphaOf = firstMatch(config, 'alpha_pattern', config.alphaPattern, compile)
  return module => {
    const rank = rankOf(module) ?? config.rank
    const alpha = alphaOf(module) ?? config.alpha
    return { rank, alpha, scaling: alpha / (config.usesRslora ? Math.sqrt(rank) : rank) }
  }
}

function firstMatch(
  { name: adapter }: AdapterConfig,
  field: string,
  patterns: ReadonlyMap<string, number>,
  compile: ReturnType<typeof patternCompiler>
): (module: string) => number | undefined {
  const rules = [...patterns].map(([text, value]): [Pattern, number] => [
    isPlain(text)
      ? module => endsWithPlain(module, text)
      : compile(`(.*\\.)?(${text})$`, problem =>
          unsupportedAdapter(adapter, `${field} ${JSON.stringify(text)}`, `it has ${problem}`)
        ),
    value
  ])
  return module => rules.find(([matches]) => matches(module))?.[1]
}

/** A name with dots, which are what most patterns are, is compared directly: there may be one for each module. */
function isPlain(text: string): boolean {
  return /^[\w.]+$/.test(text)
}

/** The dots of an expression stand for any character. */
function endsWithPlain(module: string, text: string): boolean {
  const start = module.length - text.length
  if (start < 0 || (start > 0 && module[start - 1] !== '.')) return false
  for (let i = text.length - 1; i >= 0; i--) {
    if (text[i] !== '.' && text[i] !== module[start + i]) return false
  }
  return true
}
