/**
 * What turns a base into an expert, and back: the lossless codec `exact`, lossy ones that say what they lost, and
 * low-rank adapters. {@link privatize} clips a delta and adds noise to it before it is published.
 *
 * **Format.** A payload is a safetensors file. Its metadata say what the expert is:
 *
 * - `soup.codec`: `exact/2`, `sparse/1`, `int8/1`, `bit1/1` or `lora/1`
 * - `soup.tensors`: JSON, `[[name, dtype, shape, sha256], ...]`: every tensor of the expert with the hash
 *   of its bytes, in the byte order of the names
 * - `soup.metadata`: JSON, `[[key, value], ...]`: the expert's own metadata
 *
 * A tensor that equals the base's has no data. Any other is a U8 tensor of the same name: first a table
 * with one 32-bit number for each 256 KiB of the expert's tensor, the length of that piece as it is stored;
 * then the pieces. A stored length of 0 means that the piece equals the base's; one equal to the piece's own
 * length, that the expert's bytes are stored as they are; any length between, that its differences are coded,
 * with nothing behind them. So each piece can be decoded alone. All numbers are little endian.
 *
 * **Differences.** The elements of a piece, n bits each, are compared one by one: z = zigzag(κ(θᵢ) − κ(θ₀)
 * mod 2ⁿ). κ inverts all bits of a negative float, of any other float the sign bit, and leaves integers as they
 * are. The difference is taken as signed; zigzag(d) is 2d, or −2d − 1 where d is negative. C64 is taken as pairs
 * of F32; F4, F6, BOOL, F8_E8M0 and unknown dtypes as integers of 8 bits. The z of a piece are one row of numbers,
 * coded as one stream; those of 64-bit elements are two rows and two streams, all lower halves, then all upper ones.
 *
 * **Tokens.** A number below 16 is its own token. Any other has b = ⌊log₂ v⌋ − 3 open bits, its lowest; its token
 * is 8b + ⌊v / 2ᵇ⌋. So the least number of a token t from 16 on is (t − 8b) · 2ᵇ, with b = ⌊t / 8⌋ − 1.
 *
 * **Tables.** Tokens are coded with a tabled asymmetric numeral system of 2¹¹ states (J. Duda, arXiv 1311.2540). A
 * table gives each token a count; the counts sum to 2048. Stored are one byte with the last token that comes; then
 * the count of each token from 0 to that: below 128 one byte, else one byte of 128 + ⌊count / 256⌋ and one with the
 * rest. A count of 0 is followed by one byte that says how many more zeros follow and are not written. States are
 * dealt out to the tokens in order, to each as many as its count: the first is state 0, each next one is 1283
 * further modulo 2048. The states of a token, in ascending order, have the ranks count, count + 1, ..., 2 · count − 1.
 *
 * A number is read in state s like this: r is the rank of s, c = 11 − ⌊log₂ r⌋; take c bits x, then, as the token of
 * s asks for, b bits y. The number is the least one of the token plus y, the state after it is r · 2ᶜ − 2048 + x.
 *
 * **Streams.** First one byte, the kind.
 *
 * - 1, dense: the last (length mod 4) numbers of the row as they are, in n / 8 bytes each, halves of 64-bit elements in
 *   4. If there are others: a table, and bits, which begin with four states of 11 bits. The number at i is read in state
 *   i mod 4.
 * - 2, sparse: how many numbers aren't 0, in 32 bits; the table of the gaps; the table of the numbers; bits, which
 *   begin with a state of 11 bits for each table. For every number that isn't 0, a gap is read, how many zeros come
 *   before it, then the number less one. After the last, all are 0.
 *
 * Bits are stored behind their count, in 32 bits, in as few bytes as hold them; unused ones are the lowest of the
 * first byte. They are taken in order, from the lowest of a byte to its highest; the first one taken of several is
 * the lowest. When all numbers are read all bits have been taken, and all states are 0.
 *
 * **`exact/1`** is still read. There pieces are of 1 MiB; a stored length equal to the piece's own means that the byte
 * planes of its differences are stored as they are, a shorter one that they are one zstd frame. Planes are the bytes
 * of all z, sorted by significance, least first.
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
 * A tensor of F64, F32, F16, BF16, F8_E4M3, F8_E5M2, F8_E4M3FNUZ or F8_E5M2FNUZ that changed is a U8 tensor of the same
 * name, with the same table before its pieces; a stored length of 0 means the same as above, any other is no more than
 * a length. Any other tensor that changed (other dtypes, floats whose change isn't finite) is stored as it is, under
 * its own dtype and shape. A piece is, by codec:
 *
 * - `sparse`: how many elements it holds, in 32 bits; the bytes of the frame that follows, in 32 bits; their
 *   positions, in a zstd frame; the elements. Positions are gaps, in ascending order: how many elements of the piece are
 *   left out before this one, behind the last one held. A gap is written seven bits a byte, lowest first, with 128 added
 *   to every byte but its last (LEB128), in three bytes at most. The elements are the expert's own, behind one another,
 *   stored as a piece of `exact/2` whose base are the base's elements of the same positions; what is left of the
 *   stored bytes is its stored length. All other elements are the base's.
 * - `int8`: all scales, an s for each 64 elements in turn, the last for what is left of the piece; then q + 128 of
 *   all elements, a byte each: as they are if so many bytes are left, else in a zstd frame. Δ̂ = q · s, with |q| ≤ 127;
 *   where q is 0, the element is the base's.
 * - `bit1`: all scales, an s for each 512 elements in turn; then a bit for each element, eight a byte, the lowest first;
 *   what is left of the last byte is 0. Δ̂ = s where the bit is 1, −s where it is 0; where s is 0, the element is the
 *   base's.
 *
 * A scale is a bfloat16, the upper 16 bits of an f32; it is finite and not negative. zstd frames ask for windows
 * of 1 MiB at most, and decode to no more bytes than the piece has elements.
 *
 * Nothing here draws a random number or reads a clock. What is opened are the compiled kernels, and what
 * {@link EncodeOpeners} say, by each thread that encodes.
 *
 * @packageDocumentation
 */
export { type PayloadContents, payloadContents } from './contents.ts'
export { decodeExact } from './decode.ts'
export { decodeDelta } from './decode-delta.ts'
export type { DecodeOptions } from './decode-pieced.ts'
export { type ElementLayout, elementLayout } from './difference.ts'
export { gaussianEpsilon } from './dp/gaussian-mechanism.ts'
export type { RandomFill } from './dp/normals.ts'
export { type PrivatizeInit, privatize } from './dp/privatize.ts'
export { type EncodeOptions, encodeExact } from './encode.ts'
export type { EncodeOpeners } from './encode-team.ts'
export { DeltaError } from './errors.ts'
export { EXACT_PIECE_BYTES, MAX_CHOSEN_RANK } from './limits.ts'
export {
  isBaseLayerName,
  isTransposed,
  type LoraAdapter,
  type LoraModule,
  peftBaseLayerName,
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
export { decodePiece, encodePiece } from './piece.ts'
