import {
  type Checkpoint,
  type FloatDtype,
  floatCodec,
  memoryCheckpoint,
  readFloats,
  readTensor
} from '@soup/tensor'
import fc from 'fast-check'
import type { Ingredient } from '../src/linear-soup.ts'

/** A checkpoint of one float tensor `x`. */
export function model(
  name: string,
  values: Iterable<number>,
  dtype: FloatDtype = 'F32'
): Checkpoint {
  const f32 = Float32Array.from(values)
  const data = floatCodec(dtype).encode(f32)
  return memoryCheckpoint({ name, tensors: [{ name: 'x', dtype, shape: [f32.length], data }] })
}

/** A checkpoint of one tensor `x` of any bytes. */
export function raw(dtype: string, shape: number[], data: ArrayBufferView): Checkpoint {
  return memoryCheckpoint({ tensors: [{ name: 'x', dtype, shape, data }] })
}

/** Experts called `expert 0` and so on. */
export function experts(
  checkpoints: readonly Checkpoint[],
  lambda: readonly number[] = []
): Ingredient[] {
  return checkpoints.map((checkpoint, i) => ({
    name: `expert ${i}`,
    checkpoint,
    lambda: lambda[i] ?? 1 / checkpoints.length
  }))
}

/** The bytes of `x`, in hex. */
export async function bytes(checkpoint: Checkpoint): Promise<string> {
  return Buffer.from(await readTensor(checkpoint, 'x')).toString('hex')
}

/** The values of `x`. */
export async function values(checkpoint: Checkpoint): Promise<number[]> {
  return [...(await readFloats(checkpoint, 'x'))]
}

/** The bytes of `x`, read in two parts by two readers. */
export async function bytesInParts(checkpoint: Checkpoint, at: number): Promise<string> {
  const { sizeBytes } = checkpoint.tensors.get('x')!
  const whole = new Uint8Array(sizeBytes)
  await checkpoint.open('x').read(whole.subarray(0, at))
  await checkpoint.open('x', at).read(whole.subarray(at))
  return Buffer.from(whole).toString('hex')
}

/** A checkpoint that must not be read. */
export function unread(of: Checkpoint): Checkpoint {
  const open = (): never => {
    throw new Error(`${of.name} is read`)
  }
  return { ...of, open }
}

const WIDTHS = { F16: 2, BF16: 2, F32: 4, F64: 8 }

/** Any dtype with any bit patterns: `count` checkpoints of five elements. */
export function family(count: number): fc.Arbitrary<Checkpoint[]> {
  return fc.constantFrom('F16', 'BF16', 'F32', 'F64').chain(dtype => {
    const size = 5 * WIDTHS[dtype]
    const tensor = fc.uint8Array({ minLength: size, maxLength: size })
    return fc
      .array(tensor, { minLength: count, maxLength: count })
      .map(list => list.map(data => raw(dtype, [5], data)))
  })
}

/** `count` rows of equal length, of f32 between −4 and 4. */
export function rows(count: number): fc.Arbitrary<number[][]> {
  return fc.integer({ min: 1, max: 9 }).chain(length =>
    fc.array(
      fc.array(fc.float({ min: -4, max: 4, noNaN: true }), {
        minLength: length,
        maxLength: length
      }),
      { minLength: count, maxLength: count }
    )
  )
}

/** `count` coefficients above 0 that sum to 1. */
export function simplex(count: number): fc.Arbitrary<number[]> {
  return fc
    .array(fc.integer({ min: 1, max: 1000 }), { minLength: count, maxLength: count })
    .map(parts => {
      const total = parts.reduce((a, b) => a + b)
      return parts.map(part => part / total)
    })
}

/** Tells whether all numbers are near the expected ones. */
export function areNear(
  got: readonly number[],
  expected: readonly number[],
  bound: number
): boolean {
  return (
    got.length === expected.length &&
    got.every((value, i) => Math.abs(value - expected[i]!) <= bound)
  )
}
