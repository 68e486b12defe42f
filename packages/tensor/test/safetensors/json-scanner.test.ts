import fc from 'fast-check'
import t from 'tap'
import { JsonScanner } from '../../src/safetensors/json-scanner.ts'

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
