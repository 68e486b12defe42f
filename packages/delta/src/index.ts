/**
 * What turns a base into an expert, and back: the lossless codec `exact`, lossy ones that say what they lost, and
 * low-rank adapters. {@link privatize} clips a delta and adds noise to it before it is published.
 *
 * **Format.** A payload is a safetensors file. Its metadata say what the expert is:
 *
 * - `soup.codec`: `exact/1`, `sparse/1`, `int8/1` or `bit1/1`
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
 * **Adapters.** An expert that is a low-rank adapter travels as it is: {@link encodeLora} adds `soup.codec` `lora/1` and
 * the two lists above to the metadata of its own tensors. {@link LoraAdapter} says what its factors mean, and
 * {@link extractAdapter} finds one that stands for a full fine-tune, with the error that it makes.
 *
 * **Lossy codecs.** The list of tensors is that of the expert as decoding gives it, bit for bit on every machine:
 * the sum θ₀ + Δ̂ is rounded once to f32 (f64 for F64), then to the dtype, to nearest even, and what overflows
 * becomes the largest finite number. More metadata:
 *
 * - `soup.loss`: JSON, `{"relativeError", "cosine"}`, what {@link payloadLoss} reads
 * - `soup.settings`: JSON, `{"density"}`, for people; of `sparse` alone
 *
 * A float tensor that changed is a U8 tensor of the same name, with the same table before its pieces; a stored length
 * of 0 says the same as above. What a piece holds: two 32-bit counts, positions, elements (`sparse`: the elements
 * that changed most, exactly); a bfloat16 scale for each 64 elements and a byte for each element (`int8`); a bfloat16
 * scale for each 512 elements and a bit for each element (`bit1`). Numbers are little endian. Any other
 * tensor that changed (integers, packed and unknown dtypes, floats whose change isn't finite) is stored as it is,
 * under its own dtype and shape.
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
export { DEFAULT_DENSITY, MAX_FACTOR_BYTES } from './limits.ts'
export {
  isTransposed,
  type LoraAdapter,
  type LoraModule,
  peftBiasName,
  peftModule,
  peftSavedName
} from './lora/adapter.ts'
export { biasOf, checkAdapter, checkAdapterFits, requireFactorBytes } from './lora/check-adapter.ts'
export { decodeLora, encodeLora } from './lora/codec.ts'
export { adapterConfigFor } from './lora/config.ts'
export {
  type ExtractInit,
  type Extraction,
  extractAdapter,
  type LeftOutTensor,
  type ModuleError
} from './lora/extract.ts'
export { layeredTensors } from './lora/layered-tensors.ts'
export { type SpooledTensors, spooledTensors } from './lora/spooled-tensors.ts'
export { isLossyCodec, LOSSY_CODECS, type LossyCodec } from './lossy/codecs.ts'
export { encodeLossy, type LossyInit } from './lossy/encode.ts'
export { type Loss, payloadLoss } from './lossy/loss.ts'
