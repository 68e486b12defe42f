import { mutateBytes, mutateJson, seededBytes, seededDraw } from '@soup/testing'
import t from 'tap'

t.test('seededDraw() gives the same numbers below the bound for the same seed', async t => {
  const [one, two] = [seededDraw(1), seededDraw(1)]
  const drawn = Array.from({ length: 200 }, () => one(10))
  t.same(
    drawn,
    Array.from({ length: 200 }, () => two(10))
  )
  t.strictSame([...new Set(drawn)].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  t.equal(one(1), 0)
})

t.test('mutateBytes() damages a copy, the same way for the same seed', async t => {
  const bytes = seededBytes('bytes', 64)
  const before = bytes.slice()
  const results = Array.from({ length: 100 }, (_, seed) => mutateBytes(bytes, seed))
  t.same(bytes, before)
  t.same(mutateBytes(bytes, 7), results[7])
  const differing = results.filter(result => !Buffer.from(result).equals(bytes))
  t.ok(differing.length > 90)
  t.ok(results.some(({ length }) => length < 64))
  t.ok(results.some(({ length }) => length > 64))
})

t.test('mutateBytes() takes no bytes at all', async t => {
  for (let seed = 0; seed < 100; seed++) t.ok(mutateBytes(new Uint8Array(0), seed).length < 100)
})

t.test('mutateJson() leaves some JSON valid and breaks the rest', async t => {
  const json = '{"a": [1, 2, {"b": "c"}], "d": {"e": null}}'
  const isJson = (text: string) => {
    try {
      JSON.parse(text)
      return true
    } catch {
      return false
    }
  }
  const results = Array.from({ length: 200 }, (_, seed) => mutateJson(json, seed))
  t.equal(mutateJson(json, 7), results[7])
  const valid = results.filter(isJson)
  t.ok(valid.length > 20 && valid.length < 180, `${valid.length} of 200 are JSON`)
  t.ok(results.filter(result => result !== json).length > 180)
})

t.test('mutateJson() takes a text without a value', async t => {
  for (const text of ['', ' ', '{}']) {
    for (let seed = 0; seed < 50; seed++) t.type(mutateJson(text, seed), 'string')
  }
})
