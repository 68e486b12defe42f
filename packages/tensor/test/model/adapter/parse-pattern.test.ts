import t from 'tap'
import { MAX_PATTERN_DEPTH, MAX_PATTERN_LENGTH } from '../../../src/limits.ts'
import { parsePattern } from '../../../src/model/adapter/parse-pattern.ts'

const parse = (text: string) => parsePattern(text, problem => new Error(problem))

t.test('nested parts keep their order', async t => {
  t.match(parse('a(b|c)*'), {
    kind: 'sequence',
    nodes: [
      { kind: 'character' },
      { kind: 'repeat', min: 0, max: Infinity, node: { kind: 'choice', nodes: [{}, {}] } }
    ]
  })
  t.match(parse('a{2,3}'), { kind: 'repeat', min: 2, max: 3 })
  t.match(parse('a{2}?'), { kind: 'repeat', min: 2, max: 2 })
  t.match(parse('(?!a)'), { kind: 'ahead', isNegative: true })
  t.strictSame(parse(''), { kind: 'sequence', nodes: [] })
})

const REFUSED: Record<string, [pattern: string, message: RegExp]> = {
  'a group that does not end': ['(a', /\( without its \)/],
  'a group that does not begin': ['a)', /\) without its \(/],
  'a set that does not end': ['[a', /an end in the middle/],
  'an escape of nothing': ['a\\', /an end in the middle/],
  'a repetition of nothing': ['*a', /nothing that \* could repeat/],
  'a repetition of a repetition': ['a+*', /repetition of a repetition/],
  'a possessive repetition': ['a++', /repetition of a repetition/],
  'a repetition twice': ['a{2}{3}', /repetition of a repetition/],
  'a range the wrong way': ['a{3,2}', /the repetition \{3,2\}/],
  'characters the wrong way': ['[z-a]', /the range z-a/],
  'a class as the end of a range': ['[a-\\w]', /the range/],
  'a back reference': ['(a)\\1', /\\1/],
  'an escape that Python does not know': ['\\q', /\\q/],
  'looking behind': ['(?<=a)b', /\(\?</],
  'a named group': ['(?P<x>a)', /\(\?P/],
  flags: ['(?i)a', /\(\?i/],
  'a set in a set': ['[[:alpha:]]', /a \[ inside/],
  'deep nesting': ['('.repeat(MAX_PATTERN_DEPTH + 1), /nested deeper/],
  'a long expression': ['a'.repeat(MAX_PATTERN_LENGTH + 1), /more than 4096 characters/]
}

for (const [what, [pattern, message]] of Object.entries(REFUSED)) {
  t.test(`parsePattern() refuses ${what}`, async t => {
    t.throws(() => parse(pattern), { message })
  })
}
