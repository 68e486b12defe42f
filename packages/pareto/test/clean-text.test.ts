import { test } from 'tap'
import { cleanText, isCleanLine } from '../src/clean-text.ts'

test('cleanText() replaces what XML cannot hold and what reorders text', async t => {
  t.equal(cleanText('a\0b\u202Ec\uD800d\u2066e\x1Bf'), 'a\uFFFDb\uFFFDc\uFFFDd\uFFFDe\uFFFDf')
  t.equal(cleanText('Größe 奖励 🏃\n'), 'Größe 奖励 🏃\n')
})

test('isCleanLine() refuses lines, terminal sequences and reordered text', async t => {
  for (const text of ['a\nb', 'a\tb', '\x1B[31m', '\x9B31m', '\u202Egnp', '\u200Ea', '\uD800']) {
    t.equal(isCleanLine(text), false, JSON.stringify(text))
  }
  t.equal(isCleanLine('Größe 奖励 🏃 <b>'), true)
})
