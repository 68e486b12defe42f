import { fileNameFlaw } from '../file-name-flaw.ts'

/** The configuration of a model in a folder. */
export const CONFIG_NAME = 'config.json'

/** The configuration of a PEFT adapter. */
export const ADAPTER_CONFIG_NAME = 'adapter_config.json'

/** The weights of a PEFT adapter, beside its configuration. */
export const ADAPTER_FILE_NAME = 'adapter_model.safetensors'

/**
 * Files that go with a model's weights wherever they go, by name: what Hugging Face's tools look for when they load
 * one, and the licence, which many licences demand.
 *
 * A list of what is allowed, so that nothing else slips through: code (`.py`) is neither run nor passed on, pickles
 * (`.bin`, `.pt`) are not opened, and optimizer states or logs are nobody's business. A model card (`README.md`) says
 * where the base's or the expert's numbers come from and would be a lie beside a soup.
 */
const COMPANION_NAMES: ReadonlySet<string> = new Set([
  ...[CONFIG_NAME, ADAPTER_CONFIG_NAME, 'generation_config.json'],
  ...['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'added_tokens.json'],
  ...[
    'vocab.json',
    'merges.txt',
    'vocab.txt',
    'bpe.codes',
    'dict.txt',
    'emoji.json',
    'tekken.json'
  ],
  ...['tokenizer.model', 'tokenizer.model.v3', 'spiece.model', 'sentencepiece.bpe.model'],
  ...['sentencepiece.model', 'spm.model', 'source.spm', 'target.spm', 'normalizer.json'],
  ...['chat_template.jinja', 'chat_template.json'],
  ...['processor_config.json', 'preprocessor_config.json', 'video_preprocessor_config.json'],
  ...['LICENSE', 'LICENSE.txt', 'LICENSE.md', 'NOTICE', 'NOTICE.txt', 'NOTICE.md']
])

/** Tells whether a file of this name goes with the weights of a model in a folder. */
export function isCompanionName(fileName: string): boolean {
  return COMPANION_NAMES.has(fileName)
}

/**
 * What keeps a name from being that of an ONNX file that travels.
 *
 * @returns undefined when nothing does
 */
export function graphNameFlaw(fileName: string): string | undefined {
  const flaw = fileNameFlaw(fileName)
  if (flaw !== undefined || /.\.onnx$/.test(fileName)) return flaw
  return `graph ${JSON.stringify(fileName)}: expected a name that ends in .onnx`
}
