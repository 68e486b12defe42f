import { decodeExact, encodeExact } from '@soup/delta'
import {
  type Checkpoint,
  type FloatDtype,
  memoryCheckpoint,
  memorySpool,
  PIECE_BYTES,
  readFloats,
  readPieces,
  readTensor,
  writeSafetensors
} from '@soup/tensor'
import fc from 'fast-check'
import t from 'tap'
import { linearSoup } from '../src/linear-soup.ts'
import { bytes, family, experts as ingredients, model, raw, simplex, unread } from './fixtures.ts'

t.test('a one-hot lambda returns that expert bit for bit', async t => {
  await fc.assert(
    fc.asyncProperty(family(4), fc.nat(2), async ([base, ...experts], hot) => {
      const lambda = experts.map((_, i) => (i === hot ? 1 : 0))
      const soup = linearSoup({ base: base!, ingredients: ingredients(experts, lambda) })
      t.equal(await bytes(soup), await bytes(experts[hot]!))
    })
  )
})

t.test(
  "experts that agree give what they agree on, and unchanged tensors are the base's, bit for bit",
  async t => {
    await fc.assert(
      fc.asyncProperty(family(4), simplex(3), async ([base, expert], lambda) => {
        for (const same of [base!, expert!]) {
          const soup = linearSoup({
            base: base!,
            ingredients: ingredients([same, same, same], lambda)
          })
          t.equal(await bytes(soup), await bytes(same))
        }
      })
    )
  }
)

t.test('an element that no expert changed stays bit for bit beside one that changed', async t => {
  const odd = Uint32Array.of(0x7f800001, 0x80000000, 0xff800000, 1, 0x3f800000)
  const other = Uint32Array.from(odd)
  other[4] = 0x40000000
  const soup = linearSoup({
    base: raw('F32', [5], odd),
    ingredients: ingredients([raw('F32', [5], odd), raw('F32', [5], other)], [0.5, 0.5])
  })
  const result = new Uint32Array((await readTensor(soup, 'x')).buffer)
  t.strictSame([...result], [0x7f800001, 0x80000000, 0xff800000, 1, 0x3fc00000])
})

t.test('extrapolating with all lambda 0 returns the base bit for bit', async t => {
  await fc.assert(
    fc.asyncProperty(family(4), async ([base, ...experts]) => {
      const soup = linearSoup({
        base: base!,
        ingredients: ingredients(experts, [0, 0, 0]),
        extrapolate: true
      })
      t.equal(await bytes(soup), await bytes(base!))
    }),
    { numRuns: 30 }
  )
})

const value = fc.float({ noNaN: true, min: -4, max: 4 })
const row = fc.tuple(value, value, value, value)
const ULP = 2 ** -23

/** θ₀ + Σ λᵢ(θᵢ − θ₀) in f64. */
function exact([base, ...experts]: readonly number[], lambda: readonly number[]): number {
  return experts.reduce((sum, expert, i) => sum + lambda[i]! * (expert - base!), base!)
}

t.test('the soup is θ₀ + Σ λᵢ(θᵢ − θ₀), on the simplex and off it', async t => {
  const anyLambda = fc.tuple(
    fc.double({ min: -2, max: 2, noNaN: true }),
    fc.double({ min: -2, max: 2, noNaN: true }),
    fc.double({ min: -2, max: 2, noNaN: true })
  )
  await fc.assert(
    fc.asyncProperty(row, fc.oneof(simplex(3), anyLambda), async (values, lambda) => {
      const [base, ...experts] = values.map((value, i) => model(`m${i}`, [value]))
      const soup = linearSoup({
        base: base!,
        ingredients: ingredients(experts, lambda),
        extrapolate: true
      })
      const [got] = await readFloats(soup, 'x')
      // The sum may be off 1 by the tolerance, and every one of a dozen operations by half an ulp.
      const bound = 64 * ULP * 12 + 1e-5 * 8
      t.ok(
        Math.abs(got! - exact(values, lambda)) <= bound,
        `${got} instead of ${exact(values, lambda)}`
      )
    })
  )
})

t.test('the order of the ingredients changes no more than the rounding', async t => {
  await fc.assert(
    fc.asyncProperty(row, simplex(3), async (values, lambda) => {
      const [base, ...experts] = values.map((value, i) => model(`m${i}`, [value]))
      const list = ingredients(experts, lambda)
      const [one] = await readFloats(linearSoup({ base: base!, ingredients: list }), 'x')
      const [two] = await readFloats(
        linearSoup({ base: base!, ingredients: list.toReversed() }),
        'x'
      )
      t.ok(Math.abs(one! - two!) <= 32 * ULP, `${one} and ${two}`)
    })
  )
})

t.test(
  'the soup is linear in lambda: the middle of two soups is the soup of the middle',
  async t => {
    await fc.assert(
      fc.asyncProperty(row, simplex(3), simplex(3), async (values, a, b) => {
        const [base, ...experts] = values.map((value, i) => model(`m${i}`, [value]))
        const at = async (lambda: number[]) =>
          (
            await readFloats(
              linearSoup({ base: base!, ingredients: ingredients(experts, lambda) }),
              'x'
            )
          )[0]!
        const middle = await at(a.map((value, i) => (value + b[i]!) / 2))
        t.ok(Math.abs(middle - ((await at(a)) + (await at(b))) / 2) <= 64 * ULP)
      })
    )
  }
)

t.test("lambda is never cast to the tensors' dtype, and the result is rounded once", async t => {
  const soup = linearSoup({
    base: model('base', [1], 'BF16'),
    ingredients: ingredients([model('a', [1], 'BF16'), model('b', [1.5], 'BF16')], [0.7, 0.3])
  })
  t.strictSame([...(await readFloats(soup, 'x'))], [1.1484375], 'the bf16 nearest to 1.15')
})

t.test('dtype rounds float tensors to another type, and no others', async t => {
  const base = memoryCheckpoint({
    tensors: [
      {
        name: 'x',
        dtype: 'BF16',
        shape: [PIECE_BYTES + 1],
        data: new Uint16Array(PIECE_BYTES + 1).fill(0x3f80)
      },
      { name: 'i', dtype: 'I32', shape: [1], data: Int32Array.of(5) }
    ]
  })
  for (const [dtype, width] of [
    ['F32', 4],
    ['F16', 2],
    ['F64', 8]
  ] as const) {
    const soup = linearSoup({ base, ingredients: ingredients([base], [1]), dtype })
    t.strictSame(soup.tensors.get('x'), {
      name: 'x',
      dtype,
      shape: [PIECE_BYTES + 1],
      sizeBytes: width * (PIECE_BYTES + 1)
    })
    t.ok(
      (await readFloats(soup, 'x')).every(value => value === 1),
      dtype
    )
    t.strictSame([...(await readTensor(soup, 'i'))], [5, 0, 0, 0])
    const sizes: number[] = []
    for await (const piece of readPieces(soup, 'x')) sizes.push(piece.length)
    t.ok(sizes.slice(0, -1).every(size => size === PIECE_BYTES))
  }
})

t.test('a tensor that is not of float dtype must be equal in all terms', async t => {
  const [one, two] = [raw('I32', [1], Int32Array.of(1)), raw('I32', [1], Int32Array.of(2))]
  const soup = linearSoup({ base: one, ingredients: ingredients([one, two], [0.5, 0.5]) })
  await t.rejects(readTensor(soup, 'x'), {
    code: 'SOUP_NOT_FLOAT',
    message: /tensor "x" differs between expert 0 and expert 1, and I32 can't be mixed/
  })
  const same = linearSoup({ base: one, ingredients: ingredients([two, two], [0.5, 0.5]) })
  t.equal(await bytes(same), '02000000', 'they agree')
})

t.test("tensors that are not the base's are refused by name before anything is read", async t => {
  const base = model('the base', [1, 2])
  const cases: [Checkpoint, RegExp][] = [
    [
      memoryCheckpoint({ tensors: [] }),
      /^expert 0 doesn't fit the base the base: tensor "x" is missing$/
    ],
    [model('e', [1]), /"x" is F32\[1\], expected F32\[2\]/],
    [model('e', [1, 2], 'BF16'), /"x" is BF16\[2\]/]
  ]
  for (const [expert, message] of cases) {
    t.throws(() => linearSoup({ base, ingredients: ingredients([expert], [1]) }), {
      code: 'SOUP_MISMATCH',
      message
    })
  }
})

t.test('lambda off the simplex and unknown dtypes are refused before anything is read', async t => {
  const base = model('base', [1])
  t.throws(() => linearSoup({ base, ingredients: ingredients([base], [0.9]) }), {
    code: 'SOUP_LAMBDA'
  })
  t.throws(
    () => linearSoup({ base, ingredients: ingredients([base], [1]), dtype: 'Q4' as FloatDtype }),
    { code: 'SOUP_DTYPE' }
  )
  t.throws(() => linearSoup({ base, ingredients: ingredients([base], [1]) }).open('y'), RangeError)
})

t.test('experts with lambda 0 are not read, nor is the base on the simplex', async t => {
  const never = unread(model('m', [1]))
  const soup = linearSoup({
    base: never,
    ingredients: ingredients([never, model('e', [2])], [0, 1])
  })
  t.strictSame([...(await readFloats(soup, 'x'))], [2])
})

t.test(
  'a soup of decoded deltas is the soup of the experts, and its file depends on nothing else',
  async t => {
    const named = (key: string, value: string, of: Checkpoint): Checkpoint => ({
      ...of,
      metadata: new Map([[key, value]])
    })
    const base = named('from', 'here', model('base', [1, 2, 3], 'BF16'))
    const experts = [model('a', [1.5, 2, -3], 'BF16'), model('b', [1, 2.5, 3.25], 'BF16')]
    const decoded = await Promise.all(
      experts.map(async expert => decodeExact(base, await encodeExact(base, expert, memorySpool())))
    )
    const hash = async (base: Checkpoint, list: Checkpoint[]) => {
      const sink = { write: async () => {}, commit: async () => {}, discard: async () => {} }
      return (
        await writeSafetensors(
          linearSoup({ base, ingredients: ingredients(list, [0.4, 0.6]) }),
          sink
        )
      ).sha256
    }
    t.equal(await hash(base, decoded), await hash(named('from', 'elsewhere', base), experts))
  }
)

t.test('256 MB of base and two experts become a soup in little memory', async t => {
  const sizeBytes = 256 * 2 ** 20
  const virtual = (value: number): Checkpoint => ({
    name: 'virtual',
    metadata: new Map(),
    tensors: new Map([['x', { name: 'x', dtype: 'BF16', shape: [sizeBytes / 2], sizeBytes }]]),
    isSequential: false,
    open: () => ({ read: async target => void target.fill(value) }),
    close: async () => {}
  })
  const soup = linearSoup({
    base: virtual(1),
    ingredients: ingredients([virtual(61), virtual(62)], [0.5, 0.5])
  })
  const before = process.memoryUsage().rss
  let [peak, got] = [0, 0]
  for await (const piece of readPieces(soup, 'x')) {
    got += piece.length
    peak = Math.max(peak, process.memoryUsage().rss - before)
  }
  t.equal(got, sizeBytes)
  t.ok(peak < 192 * 2 ** 20, `${peak} bytes more at most`)
})
