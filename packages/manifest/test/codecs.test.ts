import t from 'tap'
import {
  type Codec,
  count,
  dictionary,
  finite,
  finiteWithin,
  lazy,
  list,
  literal,
  optional,
  refine,
  sha256,
  struct,
  text
} from '../src/codecs.ts'

const point = struct<{ x: number; y?: number | undefined }>({ x: finite, y: optional(count(10)) })

t.test('struct() decodes known fields and passes over others, own ones only', async t => {
  t.same(point.decode({ x: 1, z: 2 }, 'p'), { x: 1 })
  t.same(point.decode({ x: 1, y: 2 }, 'p'), { x: 1, y: 2 })
  t.throws(() => point.decode(JSON.parse('{"__proto__": {"x": 1}}'), 'p'), { name: 'FieldError' })
  t.throws(() => point.decode([], 'p'), {
    name: 'FieldError',
    field: 'p',
    expected: 'a map',
    got: 'a list of 0'
  })
})

t.test('struct() encodes known fields and refuses others', async t => {
  t.same(point.encode({ x: 1, y: undefined }, 'p'), { x: 1 })
  t.throws(() => point.encode({ x: 1, z: 2 }, 'p'), { name: 'FieldError', field: 'p', got: '"z"' })
  t.throws(() => point.encode({ x: 1, z: 2 }, ''), { name: 'FieldError', field: 'z' })
})

t.test('a failure deep inside names its path', async t => {
  const nested = struct<{ points: { x: number }[] }>({ points: list(point, 3) })
  const points = [{ x: 1 }, { x: 'one' }]
  t.throws(() => nested.decode({ points }, ''), {
    name: 'FieldError',
    field: 'points[1].x',
    message: 'points[1].x: expected a finite number (0 rather than -0), got "one"'
  })
})

t.test('numbers are checked for what JSON and CBOR cannot hold', async t => {
  for (const wrong of [Number.NaN, Number.NEGATIVE_INFINITY, -0, '1', null, 1n]) {
    t.throws(() => finite.decode(wrong, 'n'), { name: 'FieldError' })
    t.throws(() => count().encode(wrong, 'n'), { name: 'FieldError' })
  }
  const half = finiteWithin('from 0 to 0.5', value => value >= 0 && value <= 0.5)
  t.equal(half.decode(0.5, 'n'), 0.5)
  for (const wrong of [0.6, -1, -0, Number.NaN, '0']) {
    t.throws(() => half.encode(wrong, 'n'), {
      name: 'FieldError',
      expected: /^a finite number from 0 to 0.5/
    })
  }
  t.throws(() => count(5).decode(6, 'n'), {
    name: 'FieldError',
    expected: 'an integer from 0 to 5'
  })
  t.throws(() => count().decode(2 ** 53, 'n'), { name: 'FieldError' })
})

t.test('lists, dictionaries, literals and hashes are held to their rules', async t => {
  t.throws(() => list(finite, 1).decode([1, 2], 'l'), { name: 'FieldError' })
  t.throws(() => list(finite, 2, 1).encode([], 'l'), { name: 'FieldError' })
  t.same(dictionary(text(3), finite, 2).decode({ a: 1, b: 2 }, 'd'), { a: 1, b: 2 })
  t.throws(() => dictionary(text(3), finite, 2).decode({ long: 1 }, 'd'), { name: 'FieldError' })
  t.throws(() => literal('base').decode('Base', 'k'), { name: 'FieldError', expected: '"base"' })
  t.equal(sha256.decode(sha256.encode('0f'.repeat(32), 'h'), 'h'), '0f'.repeat(32))
})

t.test('refine() adds a rule to what is decoded', async t => {
  const even = refine(count(), n => (n % 2 === 0 ? undefined : 'an even number'))
  t.equal(even.decode(2, 'n'), 2)
  t.throws(() => even.decode(3, 'n'), { name: 'FieldError', expected: 'an even number', got: '3' })
})

t.test('lazy() lets a form hold itself', async t => {
  interface Tree {
    child?: Tree | undefined
  }
  const tree = struct<Tree>({ child: optional(lazy((): Codec<Tree> => tree)) })
  t.same(tree.decode({ child: { child: {} } }, ''), { child: { child: {} } })
  t.throws(() => tree.encode({ child: { child: 1 } }, ''), { message: /^child\.child: / })
})
