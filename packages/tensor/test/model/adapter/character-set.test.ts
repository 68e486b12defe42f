import fc from 'fast-check'
import t from 'tap'
import {
  allows,
  CLASSES,
  characterSet,
  subjectOf,
  WORD
} from '../../../src/model/adapter/character-set.ts'

const isIn = (set: ReturnType<typeof characterSet>, character: string) =>
  allows(set, subjectOf(character), 0)

t.test('\\w is that of Python, which knows letters of every alphabet', async t => {
  const word = characterSet([], WORD)
  for (const character of ['a', 'Z', '0', '_', 'ä', '字', '٣', '𝒜']) {
    t.ok(isIn(word, character), character)
  }
  for (const character of ['.', '-', ' ', '…', '😀']) t.notOk(isIn(word, character), character)
})

t.test('every character is of one class of each two', async t => {
  for (const character of ['a', '7', '٣', ' ', '\u00a0', '.', '😀']) {
    for (const lower of ['d', 's', 'w']) {
      const [one, other] = [lower, lower.toUpperCase()].map(name =>
        isIn(characterSet([], CLASSES.get(name)), character)
      )
      t.not(one, other, `${lower} of ${character}`)
    }
  }
})

t.test('a set of ranges allows what lies in one of them', async t => {
  const code = fc.nat(40)
  const range = fc.tuple(code, code).map(([a, b]): [number, number] => [a, Math.max(a, b)])
  fc.assert(
    fc.property(fc.array(range, { maxLength: 9 }), fc.boolean(), (ranges, isNegative) => {
      const set = characterSet(ranges, 0, isNegative)
      for (let at = 0; at <= 40; at++) {
        const expected = ranges.some(([first, last]) => at >= first && at <= last) !== isNegative
        t.equal(isIn(set, String.fromCodePoint(at)), expected, `${at} in ${JSON.stringify(ranges)}`)
      }
    })
  )
})

t.test('subjectOf() takes characters apart, not halves of them', async t => {
  const { codes, classes } = subjectOf('a😀.')
  t.strictSame([...codes], [0x61, 0x1f600, 0x2e])
  t.equal(classes.length, 3)
})
