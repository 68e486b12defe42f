import { type Kernel, loadKernels } from '@soup/tensor'
import { EXACT_PIECE_BYTES } from './limits.ts'
import { STATES } from './table.ts'

/** Pages of 64 KiB, as asconfig.json says. */
const MEMORY_PAGES = 40

const kernels = loadKernels(new URL('../dist/kernels.wasm', import.meta.url), MEMORY_PAGES)

/** The compiled function of this name. */
export function kernel(name: string): Kernel {
  return kernels.kernel(name)
}

/** The kernels' memory: one piece at a time is encoded or decoded in it, and nothing is kept. */
export const BYTES: Uint8Array<ArrayBuffer> = new Uint8Array(kernels.buffer)

/** Bytes behind every part of the memory that kernels may read or write before they look: they are lost. */
export const SLACK_BYTES = 64

const PIECE = EXACT_PIECE_BYTES + SLACK_BYTES

// Where the parts of the kernels' memory begin; what lies below the first belongs to the compiled program.

/** Four rows of counts of 256 tokens, 32 bits each. */
export const COUNTS = 4096
/** Tables of an encoder or a decoder, of numbers and of gaps: as assembly/coder.ts has it. */
export const TABLE: number = COUNTS + 4 * 1024
export const GAP_TABLE: number = TABLE + STATES * 10
/** Counts of 256 tokens, 16 bits each, that sum to {@link STATES}. */
export const TABLE_COUNTS: number = GAP_TABLE + STATES * 10
/** A byte for each state. */
export const DEALT: number = TABLE_COUNTS + 512
/** The base's piece, which decoding turns into the expert's. */
export const BASE: number = DEALT + STATES
export const EXPERT: number = BASE + PIECE
/** Differences; the upper halves of those of 64 bits. */
export const Z: number = EXPERT + PIECE
export const UPPER_Z: number = Z + PIECE / 2
/** Gaps and numbers of sparse differences. */
export const GAPS: number = Z + PIECE
export const NUMBERS: number = GAPS + PIECE
/** A byte for each number, or each number and each gap. */
export const TOKENS: number = NUMBERS + PIECE
export const GAP_TOKENS: number = TOKENS + PIECE / 2
/** Bits of a stream: those that are read begin where it begins, those that are written end where it ends. */
export const STREAM: number = TOKENS + PIECE
export const STREAM_END: number = STREAM + 2 * PIECE
