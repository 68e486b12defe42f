import { type Checkpoint, type FloatDtype, floatBytes } from '@soup/tensor'
import { updateValues, visitValues } from '../../src/lossy/values.ts'
import { checkpoint, collectTensor, noise } from '../fixtures.ts'

export const DTYPES: readonly FloatDtype[] = [
  'F64',
  'F32',
  'F16',
  'BF16',
  'F8_E4M3',
  'F8_E5M2',
  'F8_E4M3FNUZ',
  'F8_E5M2FNUZ'
]

/** Finite numbers as bytes of a dtype, rounded. */
export function packed(dtype: FloatDtype, numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(numbers.length * floatBytes(dtype))
  updateValues(bytes, dtype, (values, at) => {
    for (let i = 0; i < values.length; i++) values[i] = numbers[at + i]!
  })
  return bytes
}

/** The numbers that bytes of a dtype stand for. */
export function unpacked(dtype: FloatDtype, bytes: Uint8Array): number[] {
  const numbers: number[] = []
  visitValues([bytes], dtype, ([values]) => {
    for (const value of values!) numbers.push(value)
  })
  return numbers
}

/** Numbers between −1 and 1: the same for the same seed. */
export function numbers(seed: number, length: number): number[] {
  const bytes = noise(seed, 2 * length)
  return Array.from({ length }, (_, i) => (bytes[2 * i]! * 256 + bytes[2 * i + 1]! - 32768) / 32768)
}

/** A base and an expert of one tensor `x`, whose weights moved by a hundredth at most. */
export function models(dtype: FloatDtype, length: number): [base: Checkpoint, expert: Checkpoint] {
  const weights = numbers(1, length)
  const steps = numbers(2, length)
  const moved = weights.map((weight, i) => weight + 0.01 * steps[i]!)
  return [
    checkpoint('base', [['x', dtype, [length], packed(dtype, weights)]]),
    checkpoint('expert', [['x', dtype, [length], packed(dtype, moved)]])
  ]
}

/** All bytes of a checkpoint's tensor. */
export function bytesOf(model: Checkpoint, name = 'x'): Promise<Buffer> {
  return collectTensor(model, name)
}
