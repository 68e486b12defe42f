// What kernels over f32 and f64 share: a value's lanes, whatever their width.

/** Address of the k-th term. */
// @ts-ignore: a decorator
@inline
export function term(addresses: u32, k: i32): u32 {
  return load<u32>(addresses + (k << 2))
}

/** All bits where two lanes have the same bits: NaN and itself too, 0 and −0 not. */
// @ts-ignore: a decorator
@inline
export function isSame<T>(a: v128, b: v128): v128 {
  if (sizeof<T>() == 4) return i32x4.eq(a, b)
  return i64x2.eq(a, b)
}

/** value − reference, and 0 where they have the same bits. */
// @ts-ignore: a decorator
@inline
export function difference<T>(value: v128, reference: v128): v128 {
  return v128.andnot(v128.sub<T>(value, reference), isSame<T>(value, reference))
}

/** All bits of the lanes that are infinite or NaN. */
// @ts-ignore: a decorator
@inline
export function isExceptional<T>(values: v128): v128 {
  if (sizeof<T>() == 4) {
    const exponent = i32x4.splat(0x7f80_0000)
    return i32x4.eq(v128.and(values, exponent), exponent)
  }
  const exponent = i64x2.splat(0x7ff0_0000_0000_0000)
  return i64x2.eq(v128.and(values, exponent), exponent)
}

/** Every NaN becomes the positive quiet one: which one arithmetic gives is an engine's own choice. */
// @ts-ignore: a decorator
@inline
export function quiet<T>(values: v128): v128 {
  const isNumber = v128.eq<T>(values, values)
  if (sizeof<T>() == 4) return v128.bitselect(values, i32x4.splat(0x7fc0_0000), isNumber)
  return v128.bitselect(values, i64x2.splat(0x7ff8_0000_0000_0000), isNumber)
}
