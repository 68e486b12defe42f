/**
 * What turns a base into an expert, and back: the lossless codec `exact`.
 *
 * **Format.** A payload is a safetensors file. Its metadata say what the expert is:
 *
 * - `soup.codec`: `exact/1`
 * - `soup.tensors`: JSON, `[[name, dtype, shape, sha256], ...]`: every tensor of the expert with the hash
 *   of its bytes, in the byte order of the names
 * - `soup.metadata`: JSON, `[[key, value], ...]`: the expert's own metadata
 *
 * A tensor that equals the base's has no data. Any other is a U8 tensor of the same name: first a table
 * with one 32-bit number (little endian) for each MiB of the expert's tensor, the length of that piece as
 * it is stored; then the pieces. A stored length of 0 means that the piece equals the base's; one equal to
 * the piece's own length, that its byte planes are stored as they are; any length between, that they are one
 * zstd frame. So each piece can be decoded alone.
 *
 * Byte planes come from the difference of two pieces, element by element: floats become integers of the
 * same order, are subtracted modulo 2ⁿ and zigzagged, and their bytes are sorted by significance, least
 * first. F4, F6 and unknown dtypes are taken byte by byte, C64 as pairs of F32.
 *
 * Nothing here opens a file, draws a random number or reads a clock.
 *
 * @packageDocumentation
 */
export { type PayloadContents, payloadContents } from './contents.ts'
export { decodeExact } from './decode.ts'
export { decodeDelta } from './decode-delta.ts'
export { gaussianEpsilon, gaussianSigma } from './dp/gaussian-mechanism.ts'
export type { RandomFill } from './dp/normals.ts'
export { type PrivatizeInit, privatize } from './dp/privatize.ts'
export { encodeExact } from './encode.ts'
export { DeltaError } from './errors.ts'
export { DEFAULT_DENSITY } from './limits.ts'
export { isLossyCodec, LOSSY_CODECS, type LossyCodec } from './lossy/codecs.ts'
export { encodeLossy, type LossyInit } from './lossy/encode.ts'
export { type Loss, payloadLoss } from './lossy/loss.ts'
