import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Dtypes that {@link affineCombination} computes with. */
export type KernelDtype = 'BF16' | 'F16' | 'F32'

/** Tells whether {@link affineCombination} computes with `dtype`. */
export function isKernelDtype(dtype: string): dtype is KernelDtype {
  return Object.hasOwn(ELEMENT_BYTES, dtype)
}

/**
 * Combines one piece of a float tensor in WebAssembly SIMD:
 *
 *     θ_r + Σ_{k≠r} λ_k · (θ_k − θ_r)
 *
 * The reference r is the first term. Everything is computed in f32, each operation rounded once, in the order
 * of the terms; the result is rounded once to `dtype`, to nearest even. Where the sum is 0 the result is the
 * reference, so that −0 stays.
 *
 * @param terms at least one piece of whole elements, little endian, all of one length; not kept, not mutated
 * @param lambda one coefficient a term, rounded to f32; that of the reference doesn't count
 * @returns fresh bytes of the same length; undefined when the sum of an element is not finite, for which the
 *   caller has rules of its own
 */
export function affineCombination(
  dtype: KernelDtype,
  terms: readonly Uint8Array[],
  lambda: readonly number[]
): Uint8Array<ArrayBuffer> | undefined {
  const sizeBytes = terms[0]!.length
  const length = roundUp(sizeBytes / ELEMENT_BYTES[dtype], LANES)
  const stride = length * ELEMENT_BYTES[dtype]
  const tables = roundUp(terms.length * 2 * WORD_BYTES, 16)
  const [table, factors] = [DATA_START, DATA_START + terms.length * WORD_BYTES]
  const address = (k: number) => DATA_START + tables + k * stride
  reserve(address(terms.length + 1))
  const { buffer } = kernels.memory
  new Uint32Array(buffer, table, terms.length).set(terms.map((_, k) => address(k)))
  new Float32Array(buffer, factors, terms.length).set(lambda)
  for (const [k, term] of terms.entries()) place(new Uint8Array(buffer, address(k), stride), term)
  const out = address(terms.length)
  const isExceptional = kernels[`affine${dtype}`](table, factors, terms.length, out, length)
  return isExceptional ? undefined : new Uint8Array(buffer, out, sizeBytes).slice()
}

const ELEMENT_BYTES: Record<KernelDtype, number> = { BF16: 2, F16: 2, F32: 4 }

/** Elements that the kernel takes at a time. */
const LANES = 4

/** Bytes of an address and of a coefficient. */
const WORD_BYTES = 4

/** What lies below belongs to the compiled program. */
const DATA_START = 1024

const PAGE_BYTES = 65_536

type Affine = (terms: number, lambda: number, count: number, out: number, length: number) => number

/** What the compiled program exports. */
interface Kernels extends Record<`affine${KernelDtype}`, Affine> {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
}

/** What is used of the global, which TypeScript knows of browsers alone. */
declare const WebAssembly: {
  readonly Module: new (program: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: Kernels }
}

const KERNELS_URL = new URL('../dist/kernels.wasm', import.meta.url)

const kernels = loadKernels()

function loadKernels(): Kernels {
  if (!existsSync(KERNELS_URL)) {
    throw new Error(`${fileURLToPath(KERNELS_URL)} is missing: make it with npm run build`)
  }
  const module = new WebAssembly.Module(readFileSync(KERNELS_URL))
  return new WebAssembly.Instance(module).exports
}

function reserve(sizeBytes: number): void {
  const missing = sizeBytes - kernels.memory.buffer.byteLength
  if (missing > 0) kernels.memory.grow(Math.ceil(missing / PAGE_BYTES))
}

/** Copies a piece and fills up with zeros, which make nothing exceptional. */
function place(target: Uint8Array, piece: Uint8Array): void {
  target.set(piece)
  target.fill(0, piece.length)
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}
