import fc from 'fast-check'
import { test } from 'tap'
import { ellipsize, escapeText, textWidth } from '../../src/plot/text.ts'

test('escapeText() leaves no character with a meaning in markup', async t => {
  t.equal(escapeText(`<a b="c" d='e'>&`), '&#60;a b=&#34;c&#34; d=&#39;e&#39;&#62;&#38;')
  const units = fc.array(fc.nat(0xffff)).map(codes => String.fromCharCode(...codes))
  fc.assert(fc.property(units, text => !/[<>"']/.test(escapeText(text))))
})

test('escapeText() replaces what is not safe to show', async t => {
  t.equal(escapeText('a\0\u202E'), 'a\uFFFD\uFFFD')
})

test('textWidth() grows with every character and the font', async t => {
  t.ok(textWidth('ab', 10) > textWidth('a', 10))
  t.equal(textWidth('ab', 20), 2 * textWidth('ab', 10))
  t.ok(textWidth('奖', 10) > textWidth('a', 10))
  t.ok(textWidth('M', 10) > textWidth('a', 10))
})

test('ellipsize() keeps what fits and cuts what does not, never inside a character', async t => {
  t.equal(ellipsize('short', 10, 100), 'short')
  const cut = ellipsize('🏃'.repeat(50), 10, 100)
  t.match(cut, /^(🏃)+…$/u)
  t.ok(textWidth(cut, 10) <= 100)
  t.equal(ellipsize('abc', 10, 0), 'a…')
})
