import t from 'tap'
import { requireSameTokenizer } from '../../src/model/tokenizer.ts'
import { sha256 } from '../fixtures.ts'
import { model } from './folders.ts'

const of = (files: Record<string, string>) => model({ a: 1 }, files)
const check = (base: Record<string, string>, expert: Record<string, string>) =>
  requireSameTokenizer(of(base), of(expert))

const SAME: Record<string, [base: Record<string, string>, expert: Record<string, string>]> = {
  'no tokenizer': [{}, {}],
  'no tokenizer in the expert': [{ 'tokenizer.json': 'a' }, { 'config.json': '{}' }],
  'no tokenizer in the base': [{}, { 'vocab.txt': 'a' }],
  'the same fast tokenizer': [{ 'tokenizer.json': 'a' }, { 'tokenizer.json': 'a' }],
  'the same fast tokenizer beside another slow one': [
    { 'tokenizer.json': 'a', 'vocab.json': 'a' },
    { 'tokenizer.json': 'a', 'vocab.json': 'b' }
  ],
  'the same slow tokenizer, once with a fast one': [
    { 'tokenizer.json': 'a', 'vocab.txt': 'b' },
    { 'vocab.txt': 'b' }
  ],
  'another template and other special tokens': [
    { 'tokenizer.json': 'a', 'tokenizer_config.json': 'a', 'chat_template.jinja': 'a' },
    { 'tokenizer.json': 'a', 'tokenizer_config.json': 'b', 'special_tokens_map.json': 'b' }
  ]
}

for (const [what, [base, expert]] of Object.entries(SAME)) {
  t.test(`${what} is no difference`, async t => t.doesNotThrow(() => check(base, expert)))
}

t.test('another tokenizer is refused with the file and both hashes', async t => {
  const [a, b] = [sha256(Buffer.from('a')), sha256(Buffer.from('b'))]
  for (const file of ['tokenizer.json', 'vocab.txt', 'tokenizer.model', 'added_tokens.json']) {
    t.throws(() => check({ [file]: 'a', 'tekken.json': '' }, { [file]: 'b', 'tekken.json': '' }), {
      ...{
        code: 'TOKENIZER_DIFFERS',
        message: new RegExp(`${file} has SHA-256 ${b}.*${a}; --any-tok`)
      },
      details: { file, expected: a, got: b }
    })
  }
})

t.test('tokenizers that have nothing in common are refused', async t => {
  t.throws(() => check({ 'tokenizer.model': 'a' }, { 'tokenizer.json': 'b', 'vocab.json': 'c' }), {
    ...{
      code: 'TOKENIZER_DIFFERS',
      message: /it has tokenizer.json, vocab.json, the base tokenizer.model; --any-tokenizer/
    }
  })
})
