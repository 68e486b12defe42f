// AssemblyScript, compiled to WebAssembly by `npm run build:kernels`; `src/affine-kernel.ts` calls it.
//
// For every element: θ_r + Σ_k λ_k · (θ_k − θ_r), in f32, each operation rounded once, in the order of the
// terms; where the sum is 0 the reference as it is. Every function takes a table of addresses of the terms,
// the reference first; as many λ in f32; the number of terms; where the result goes; the number of elements,
// a multiple of 4. It returns 1 when an element left the finite numbers, for whose sake the caller computes
// the piece in another way.

// The dtypes by the integers that carry them: what is compared below is known when it is compiled.
type BF16 = u16
type F16 = i16

const EXPONENT: i32 = 0x7f80_0000
/** 2¹¹², between the exponents' biases of F16 and F32. */
const HALF_SCALE: i32 = (112 + 127) << 23

export function affineBF16(terms: u32, lambda: u32, count: i32, out: u32, length: u32): i32 {
  return affine<BF16>(terms, lambda, count, out, length)
}

export function affineF16(terms: u32, lambda: u32, count: i32, out: u32, length: u32): i32 {
  return affine<F16>(terms, lambda, count, out, length)
}

export function affineF32(terms: u32, lambda: u32, count: i32, out: u32, length: u32): i32 {
  return affine<f32>(terms, lambda, count, out, length)
}

function affine<T>(terms: u32, lambda: u32, count: i32, out: u32, length: u32): i32 {
  const size: u32 = sizeof<T>()
  const end = length * size
  let exceptions = i32x4.splat(0)
  for (let at: u32 = 0; at < end; at += 4 * size) {
    const reference = widen<T>(load<u32>(terms) + at)
    let sum = f32x4.splat(0)
    for (let k = 1; k < count; k++) {
      const difference = f32x4.sub(widen<T>(load<u32>(terms + (k << 2)) + at), reference)
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(lambda + (k << 2)), difference))
    }
    const isUnchanged = f32x4.eq(sum, f32x4.splat(0))
    const result = v128.bitselect(reference, f32x4.add(sum, reference), isUnchanged)
    exceptions = v128.or(exceptions, isExceptional(result))
    narrow<T>(out + at, result)
  }
  return v128.any_true(exceptions) ? 1 : 0
}

function isExceptional(values: v128): v128 {
  const exponent = i32x4.splat(EXPONENT)
  return i32x4.eq(v128.and(values, exponent), exponent)
}

function widen<T>(from: u32): v128 {
  if (sizeof<T>() == 4) return v128.load(from)
  const bits = v128.load_ext<u16>(from)
  return isSigned<T>() ? widenHalf(bits) : i32x4.shl(bits, 16)
}

function narrow<T>(to: u32, values: v128): void {
  if (sizeof<T>() == 4) {
    v128.store(to, values)
  } else {
    const bits = isSigned<T>() ? roundToHalf(values) : roundToBrain(values)
    v128.store_lane<u64>(to, i16x8.narrow_i32x4_u(bits, bits), 0)
  }
}

/** Moves exponent and fraction to their places and scales: a product by a power of 2 is exact. */
function widenHalf(bits: v128): v128 {
  const sign = i32x4.shl(v128.and(bits, i32x4.splat(0x8000)), 16)
  const magnitude = v128.and(bits, i32x4.splat(0x7fff))
  const moved = i32x4.shl(magnitude, 13)
  const scaled = f32x4.mul(moved, i32x4.splat(HALF_SCALE))
  const exceptional = v128.or(moved, i32x4.splat(EXPONENT))
  const isFinite = i32x4.lt_s(magnitude, i32x4.splat(0x7c00))
  return v128.or(sign, v128.bitselect(scaled, exceptional, isFinite))
}

/** The upper half of finite values, to nearest even. */
function roundToBrain(values: v128): v128 {
  const odd = v128.and(i32x4.shr_u(values, 16), i32x4.splat(1))
  return i32x4.shr_u(i32x4.add(i32x4.add(values, i32x4.splat(0x7fff)), odd), 16)
}

/** Finite values to nearest even; subnormal ones are rounded by adding ½, whose last bit is F16's. */
function roundToHalf(values: v128): v128 {
  const sign = v128.and(i32x4.shr_u(values, 16), i32x4.splat(0x8000))
  const magnitude = v128.and(values, i32x4.splat(0x7fff_ffff))
  const odd = v128.and(i32x4.shr_u(magnitude, 13), i32x4.splat(1))
  const carried = i32x4.add(i32x4.add(magnitude, i32x4.splat(0xfff - (112 << 23))), odd)
  const normal = i32x4.min_u(i32x4.shr_u(carried, 13), i32x4.splat(0x7c00))
  const half = f32x4.splat(0.5)
  const subnormal = i32x4.sub(f32x4.add(magnitude, half), half)
  const isNormal = i32x4.ge_u(magnitude, i32x4.splat(0x3880_0000))
  return v128.or(sign, v128.bitselect(normal, subnormal, isNormal))
}
