import { TensorError } from '../errors.ts'
import type { CompanionFile, Model } from './model.ts'

/** The whole of a fast tokenizer in one file. */
const FAST_TOKENIZER = 'tokenizer.json'

/** Files that say which token a row of the embedding stands for, in models without {@link FAST_TOKENIZER}. */
const SLOW_TOKENIZERS = [
  ...['vocab.json', 'merges.txt', 'vocab.txt', 'bpe.codes', 'dict.txt', 'tekken.json'],
  ...['tokenizer.model', 'tokenizer.model.v3', 'spiece.model', 'sentencepiece.bpe.model'],
  ...['sentencepiece.model', 'spm.model', 'source.spm', 'target.spm', 'added_tokens.json']
]

/** What a model says of its tokenizer. */
type WithFiles = Pick<Model, 'name' | 'files'>

/**
 * Refuses an expert whose tokenizer isn't the base's: the rows of their embeddings would stand for other tokens, and
 * what is mixed of them for none.
 *
 * Compared by SHA-256 is what maps text to ids: `tokenizer.json` where both have one, for it is complete; else every
 * vocabulary file that both have. `tokenizer_config.json`, `special_tokens_map.json` and chat templates don't count: they
 * say what is put around a text, trainers rewrite them with every version, and rows mean the same. A `tokenizer.json`
 * that differs in its formatting alone, or in a truncation that a trainer left in it, counts as another: that is for the
 * user to say. A model without any of these files says nothing that could differ.
 *
 * @throws {TensorError} `TOKENIZER_DIFFERS` naming the file and both hashes, or, where they have no file in common, the
 *   files of both
 */
export function requireSameTokenizer(base: WithFiles, expert: WithFiles): void {
  const [ours, theirs] = [vocabulary(base), vocabulary(expert)]
  if (ours.length === 0 || theirs.length === 0) return
  const common = ours.filter(({ fileName }) => expert.files.has(fileName))
  if (common.length === 0) throw incomparable(base, expert, ours, theirs)
  const compared = common.filter(({ fileName }) => fileName === FAST_TOKENIZER)
  for (const { fileName, sha256 } of compared.length > 0 ? compared : common) {
    const got = expert.files.get(fileName)!.sha256
    if (got !== sha256) throw differs(base, expert, fileName, sha256, got)
  }
}

function vocabulary({ files }: WithFiles): CompanionFile[] {
  return [FAST_TOKENIZER, ...SLOW_TOKENIZERS].flatMap(name => files.get(name) ?? [])
}

function differs(
  base: WithFiles,
  expert: WithFiles,
  file: string,
  expected: string,
  got: string
): TensorError {
  return new TensorError(
    'TOKENIZER_DIFFERS',
    `${expert.name} has another tokenizer than its base ${base.name}: ${file} has SHA-256 ${got}, the base's ${expected}; --any-tokenizer takes it all the same`,
    { details: { base: base.name, expert: expert.name, file, expected, got } }
  )
}

function incomparable(
  base: WithFiles,
  expert: WithFiles,
  ours: readonly CompanionFile[],
  theirs: readonly CompanionFile[]
): TensorError {
  const [expected, got] = [ours, theirs].map(files => files.map(({ fileName }) => fileName))
  return new TensorError(
    'TOKENIZER_DIFFERS',
    `${expert.name} can't be shown to have the tokenizer of its base ${base.name}: it has ${got!.join(', ')}, the base ${expected!.join(', ')}; --any-tokenizer takes it all the same`,
    { details: { base: base.name, expert: expert.name, expected, got } }
  )
}
