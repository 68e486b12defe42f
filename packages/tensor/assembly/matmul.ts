// AssemblyScript, compiled to WebAssembly by `npm run build`; `src/kernels/matmul.ts` calls it.
//
// Products of f32 matrices and sums with them. Every element of a product is (((0 + x₀·y₀) + x₁·y₁) + …), each
// operation rounded once, and is then added to what lies there: the same bits in whichever loop it is computed.
// Strides are in bytes.

/** Four rows by eight columns, whose sums stay in registers. */
// @ts-ignore: a decorator
@inline
function fourByEight(
  x: u32, xRow: u32, xColumn: u32, y: u32, yRow: u32, out: u32, outRow: u32, depth: u32
): void {
  let a0 = f32x4.splat(0)
  let a1 = f32x4.splat(0)
  let b0 = f32x4.splat(0)
  let b1 = f32x4.splat(0)
  let c0 = f32x4.splat(0)
  let c1 = f32x4.splat(0)
  let d0 = f32x4.splat(0)
  let d1 = f32x4.splat(0)
  const x1 = xRow
  const x2 = 2 * xRow
  const x3 = 3 * xRow
  for (let k: u32 = 0; k < depth; k++) {
    const y0 = v128.load(y)
    const y1 = v128.load(y, 16)
    const a = v128.load32_splat(x)
    a0 = f32x4.add(a0, f32x4.mul(a, y0))
    a1 = f32x4.add(a1, f32x4.mul(a, y1))
    const b = v128.load32_splat(x + x1)
    b0 = f32x4.add(b0, f32x4.mul(b, y0))
    b1 = f32x4.add(b1, f32x4.mul(b, y1))
    const c = v128.load32_splat(x + x2)
    c0 = f32x4.add(c0, f32x4.mul(c, y0))
    c1 = f32x4.add(c1, f32x4.mul(c, y1))
    const d = v128.load32_splat(x + x3)
    d0 = f32x4.add(d0, f32x4.mul(d, y0))
    d1 = f32x4.add(d1, f32x4.mul(d, y1))
    x += xColumn
    y += yRow
  }
  addTo(out, a0, a1)
  addTo(out + outRow, b0, b1)
  addTo(out + 2 * outRow, c0, c1)
  addTo(out + 3 * outRow, d0, d1)
}

// @ts-ignore: a decorator
@inline
function addTo(out: u32, low: v128, high: v128): void {
  v128.store(out, f32x4.add(v128.load(out), low))
  v128.store(out, f32x4.add(v128.load(out, 16), high), 16)
}

// @ts-ignore: a decorator
@inline
function oneByEight(x: u32, xColumn: u32, y: u32, yRow: u32, out: u32, depth: u32): void {
  let low = f32x4.splat(0)
  let high = f32x4.splat(0)
  for (let k: u32 = 0; k < depth; k++) {
    const a = v128.load32_splat(x)
    low = f32x4.add(low, f32x4.mul(a, v128.load(y)))
    high = f32x4.add(high, f32x4.mul(a, v128.load(y, 16)))
    x += xColumn
    y += yRow
  }
  addTo(out, low, high)
}

// @ts-ignore: a decorator
@inline
function oneByOne(x: u32, xColumn: u32, y: u32, yRow: u32, out: u32, depth: u32): void {
  let sum: f32 = 0
  for (let k: u32 = 0; k < depth; k++) {
    sum += load<f32>(x) * load<f32>(y)
    x += xColumn
    y += yRow
  }
  store<f32>(out, load<f32>(out) + sum)
}

/** out += x · y, for x of `rows` by `depth`, y of `depth` by `columns` whose rows are contiguous, as are out's. */
export function addProductF32(
  x: u32, xRow: u32, xColumn: u32, y: u32, yRow: u32, out: u32, outRow: u32,
  rows: u32, columns: u32, depth: u32
): void {
  const eights = columns & ~7
  for (let j: u32 = 0; j < eights; j += 8) {
    let i: u32 = 0
    for (; i + 4 <= rows; i += 4) {
      fourByEight(x + i * xRow, xRow, xColumn, y + (j << 2), yRow, out + i * outRow + (j << 2), outRow, depth)
    }
    for (; i < rows; i++) {
      oneByEight(x + i * xRow, xColumn, y + (j << 2), yRow, out + i * outRow + (j << 2), depth)
    }
  }
  for (let j = eights; j < columns; j++) {
    for (let i: u32 = 0; i < rows; i++) {
      oneByOne(x + i * xRow, xColumn, y + (j << 2), yRow, out + i * outRow + (j << 2), depth)
    }
  }
}

/** The sum of which a computed NaN becomes the positive quiet one. */
// @ts-ignore: a decorator
@inline
function canonicalSum(value: v128, change: v128): v128 {
  const sum = f32x4.add(value, change)
  return v128.bitselect(sum, i32x4.splat(0x7fc0_0000), f32x4.eq(sum, sum))
}

/** out = values + update; a value whose update is 0 stays as it is, a computed NaN becomes the positive quiet one. */
export function addUpdateF32(values: u32, update: u32, out: u32, length: u32): void {
  for (let at: u32 = 0; at < length << 2; at += 16) {
    const value = v128.load(values + at)
    const change = v128.load(update + at)
    const isUnchanged = f32x4.eq(change, f32x4.splat(0))
    v128.store(out + at, v128.bitselect(value, canonicalSum(value, change), isUnchanged))
  }
}

/** To nearest even, in the lower half. */
// @ts-ignore: a decorator
@inline
function roundToBrain(values: v128): v128 {
  const isOdd = v128.and(i32x4.shr_u(values, 16), i32x4.splat(1))
  return i32x4.shr_u(i32x4.add(i32x4.add(values, i32x4.splat(0x7fff)), isOdd), 16)
}

/** The same with values of bfloat16: widened, added to in f32, rounded once. */
export function addUpdateBF16(values: u32, update: u32, out: u32, length: u32): void {
  const zero = f32x4.splat(0)
  for (let at: u32 = 0; at < length << 1; at += 16) {
    const stored = v128.load(values + at)
    const low = v128.load(update + (at << 1))
    const high = v128.load(update + (at << 1), 16)
    const lowSum = canonicalSum(i32x4.shl(i32x4.extend_low_i16x8_u(stored), 16), low)
    const highSum = canonicalSum(i32x4.shl(i32x4.extend_high_i16x8_u(stored), 16), high)
    const sums = i16x8.narrow_i32x4_u(roundToBrain(lowSum), roundToBrain(highSum))
    const isUnchanged = i16x8.narrow_i32x4_s(f32x4.eq(low, zero), f32x4.eq(high, zero))
    v128.store(out + at, v128.bitselect(stored, sums, isUnchanged))
  }
}
