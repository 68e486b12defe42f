import fc from 'fast-check'
import t from 'tap'
import { compareUtf8, excerpt, textFault } from '../src/text.ts'

t.test('textFault() passes text of any script within the limit', async t => {
  for (const text of ['', 'runner', 'Läufer', '走る人', 'עדיין', '👩‍🚀', 'a'.repeat(10)]) {
    t.equal(textFault(text, 100), undefined)
  }
  t.equal(textFault('a\n\tb', 100, true), undefined)
})

t.test('textFault() refuses what is long, broken or would act on a terminal', async t => {
  t.match(textFault('äää', 5), '5 bytes')
  t.match(textFault('\ud800', 5), 'Unicode')
  for (const c of [
    '\n',
    '\u0000',
    '\u001b',
    '\u007f',
    '\u009b',
    '\u2028',
    '\u202e',
    '\u2067',
    '\ufeff'
  ]) {
    t.match(textFault(`a${c}b`, 100), 'control characters')
  }
  t.match(textFault('a\rb', 100, true), 'control characters')
})

t.test('excerpt() is short and printable whatever it shows', async t => {
  const isSafe = (value: unknown): boolean => {
    const shown = excerpt(value)
    return shown.length < 400 && textFault(shown, 4000) === undefined
  }
  t.doesNotThrow(() => fc.assert(fc.property(fc.anything(), isSafe)))
  t.doesNotThrow(() => fc.assert(fc.property(fc.string({ unit: 'binary' }), isSafe)))
  t.equal(excerpt('a\u202eb'), '"a\\u202eb"')
  t.equal(excerpt(-0), '-0')
  t.equal(excerpt(undefined), 'nothing')
  t.equal(excerpt(new Uint8Array(3)), '3 bytes')
})

t.test('compareUtf8() orders by code point', async t => {
  const order = fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }))
  const agrees = ([a, b]: [string, string]): boolean =>
    Math.sign(compareUtf8(a, b)) === Buffer.compare(Buffer.from(a), Buffer.from(b))
  t.doesNotThrow(() => fc.assert(fc.property(order, agrees)))
})
