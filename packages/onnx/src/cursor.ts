import { OnnxError } from './errors.ts'

/** Reads protobuf's three kinds of values one after the other, never past the end. */
export class Cursor {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #position = 0

  /** @param bytes read, not copied */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Whether nothing is left. */
  get isDone(): boolean {
    return this.#position === this.#bytes.length
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#position
  }

  /** Reads a varint as int64, as far as a JavaScript number holds it exactly. */
  int(where: string): number {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#advance(1, where)]!
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return toNumber(BigInt.asIntN(64, value), where)
    }
    throw endless(where)
  }

  /** Passes over a varint of any value. */
  skipInt(where: string): void {
    for (let i = 0; i < 10; i++) if (this.#bytes[this.#advance(1, where)]! < 128) return
    throw endless(where)
  }

  /** Reads a float32. */
  float(where: string): number {
    return this.#view.getFloat32(this.#advance(4, where), true)
  }

  /** Reads bytes that follow their length. @returns a view */
  bytes(where: string): Uint8Array {
    const length = this.int(where)
    const start = this.#advance(length, where)
    return this.#bytes.subarray(start, start + length)
  }

  #advance(length: number, where: string): number {
    const start = this.#position
    const left = this.#bytes.length - start
    if (length < 0 || length > left) {
      throw new OnnxError('ONNX_MALFORMED', `${where}: needs ${length} bytes, ${left} are left`)
    }
    this.#position += length
    return start
  }
}

function endless(where: string): OnnxError {
  return new OnnxError('ONNX_MALFORMED', `${where}: a number takes more than 10 bytes`)
}

function toNumber(value: bigint, where: string): number {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new OnnxError('ONNX_UNSUPPORTED', `${where}: the integer ${value} is beyond 2^53`)
}
