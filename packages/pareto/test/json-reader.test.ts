import { test } from 'tap'
import { JsonReader } from '../src/json-reader.ts'

test('JsonReader names the path of what is wrong', async t => {
  const reader = new JsonReader({ a: [{ b: 'x' }] }, '')
  const b = reader.field('a').items(1, 1)[0]!.field('b')
  t.equal(b.text(), 'x')
  t.throws(() => b.number(), {
    code: 'FRONT_INVALID',
    details: { path: 'a[0].b' },
    message: 'front: a[0].b must be a number up to ±1e+100, got "x"'
  })
})

test('JsonReader sees own fields only', async t => {
  const reader = new JsonReader(JSON.parse('{"__proto__":{"a":1}}'), '')
  t.equal(reader.optional('a'), undefined)
  t.equal(reader.optional('constructor'), undefined)
  t.throws(() => reader.field('a'), /a must be a value, got nothing/)
})

test('JsonReader bounds counts, texts and numbers', async t => {
  const reader = (value: unknown) => new JsonReader(value, 'x')
  t.throws(() => reader([1, 2, 3]).items(0, 2), /0 to 2 items, got 3/)
  t.throws(() => reader([]).items(2, 2), /2 items, got 0/)
  t.throws(() => reader({}).items(0, 2), /an array, got an object/)
  t.throws(() => reader([]).field('a'), /an object, got an array of 0/)
  t.throws(() => reader(null).field('a'), /an object, got null/)
  t.throws(() => reader('').text(), /1 to 1024 characters, got 0/)
  t.throws(() => reader('a'.repeat(1025)).text(), /got 1025/)
  t.throws(() => reader(1).text(), /a text, got 1/)
  t.throws(() => reader('a\x1B[31m\u202E').text(), /control characters, got "a\uFFFD\[31m\uFFFD"/)
  t.throws(() => reader(1e101).number(), /up to ±1e\+100/)
  t.throws(() => reader(Number.NaN).number(), /got NaN/)
  t.equal(reader(null).isNull(), true)
})
