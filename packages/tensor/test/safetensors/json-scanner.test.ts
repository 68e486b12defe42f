import fc from 'fast-check'
import t from 'tap'
import { JsonScanner, type JsonValue } from '../../src/safetensors/json-scanner.ts'

const scan = (text: string) => new JsonScanner(text, 'the text', problem => new Error(problem))

t.test('fields come in order, with white space between all marks', async t => {
  const scanner = scan(' { "a" : 1 ,\n"b\\u0022":[ 2,\t3 ] } \r\n')
  const seen: unknown[] = []
  scanner.fields(key => seen.push(key, key === 'a' ? scanner.integer() : scanner.integers(2)))
  scanner.end()
  t.strictSame(seen, ['a', 1, 'b"', [2, 3]])
})

t.test(
  'skipScalar() passes over every plain value that JSON has, and over nothing else',
  async t => {
    const plain = fc.oneof(
      fc.string(),
      fc.double({ noDefaultInfinity: true, noNaN: true }),
      fc.boolean()
    )
    fc.assert(
      fc.property(fc.option(plain), value => {
        const scanner = scan(`${JSON.stringify(value)} `)
        scanner.skipScalar()
        scanner.end()
      })
    )
    for (const text of [
      '',
      '[]',
      '{}',
      'True',
      'nullify',
      '01',
      '.5',
      '1.',
      '+1',
      '1e',
      'NaN',
      '--1'
    ]) {
      t.throws(
        () => scan(text).skipScalar(),
        /expected a plain value at character 0 of the text/,
        text
      )
    }
  }
)

t.test('what is not the value that was asked for is told with its place', async t => {
  t.throws(() => scan('"a').string(), /a string at character 0 of the text doesn't end/)
  t.throws(() => scan('"\\ud800"').string(), /isn't valid JSON ends at character 8/)
  t.throws(() => scan('1').string(), /expected a string at character 0/)
  t.throws(() => scan('[1,2]').integers(1), /more than 1 numbers at character 3/)
  t.throws(() => scan('{"a" 1}').fields(() => {}), /expected : at character 5/)
  for (const text of ['-1', '1.0', '1e3', '01', '9007199254740992', '"1"']) {
    t.throws(() => scan(text).integer(), /expected a whole number below 2\^53/, text)
  }
  const scanner = scan('1 2')
  scanner.integer()
  t.throws(() => scanner.end(), /only spaces may follow at character 2 of the text/)
})

t.test('value() reads every JSON value, objects as maps', async t => {
  const plain = (value: JsonValue): unknown =>
    value instanceof Map
      ? Object.fromEntries([...value].map(([name, inner]) => [name, plain(inner)]))
      : Array.isArray(value)
        ? value.map(plain)
        : value
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), value => {
      const json = JSON.stringify(value)
      if (!json.isWellFormed() || /\\ud[89a-f]/.test(json)) return
      const scanner = scan(json)
      t.strictSame(plain(scanner.value(99)), JSON.parse(json))
      scanner.end()
    }),
    { numRuns: 50 }
  )
  t.strictSame(scan('[NaN,-Infinity,Infinity]').value(1), [Number.NaN, -Infinity, Infinity])
  t.strictSame(
    [...(scan('{"__proto__":1}').value(1) as ReadonlyMap<string, JsonValue>)],
    [['__proto__', 1]]
  )
})

t.test('value() refuses what JSON lacks, names that come twice, and depth', async t => {
  for (const text of ['', '-NaN', 'undefined', '01', '[1', '[1,]', '{"a":}', '{a:1}']) {
    t.throws(() => scan(text).value(9), Error, text)
  }
  t.throws(() => scan('{"a":1,"a":1}').value(1), { message: /"a" comes twice/ })
  t.throws(() => scan('[[]]').value(1), { message: /nested too deeply at character 1/ })
  t.throws(() => scan('['.repeat(1e5)).value(32), { message: /nested too deeply/ })
})

t.test('position passes over white space, readTo does not', async t => {
  const scanner = scan(' 1 , 2')
  t.equal(scanner.position, 1)
  scanner.value(0)
  t.equal(scanner.readTo, 2)
  t.equal(scanner.position, 3)
})

t.test('items() hands over one item after another', async t => {
  const scanner = scan('["a", 2, {}] []')
  const seen: unknown[] = []
  scanner.items(() => seen.push(scanner.value(1)))
  scanner.items(() => seen.push('none'))
  t.strictSame(seen, ['a', 2, new Map()])
  t.throws(() => scan('["a" 2]').items(() => {}), { message: /expected \]/ })
})
