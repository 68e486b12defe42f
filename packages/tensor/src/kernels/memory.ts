import { TensorError } from '../errors.ts'
import { type Kernel, loadKernels } from './load.ts'

/**
 * Bytes of a {@link Block}: a soup's terms stay in a core's own cache between reading and computing, and a call
 * for a file's bytes still costs nothing beside them.
 */
export const BLOCK_BYTES: number = 2 ** 18

/** Bytes before the first block, for the tables that say where a kernel's inputs lie. */
const TABLES_BYTES = 2 ** 16

/** A page of WebAssembly memory. */
const PAGE_BYTES = 2 ** 16

/** Pages of the memory, as asconfig.json says: 256 MiB of addresses, of which only what is touched is taken. */
const MEMORY_PAGES = 4096

/** Most blocks at a time. */
export const MAX_BLOCKS: number = Math.floor(
  (MEMORY_PAGES * PAGE_BYTES - TABLES_BYTES) / BLOCK_BYTES
)

/** {@link BLOCK_BYTES} bytes that kernels read and write where they lie. */
export interface Block {
  /** Where it begins in the kernels' memory. */
  readonly address: number
  /** The whole block. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

const kernels = loadKernels(new URL('../../dist/kernels.wasm', import.meta.url), MEMORY_PAGES)
const { buffer } = kernels

/** The compiled function of this name. */
export function kernel(name: string): Kernel {
  return kernels.kernel(name)
}

const free: Block[] = []
let created = 0

/**
 * Takes blocks, with whatever bytes they hold.
 *
 * @returns blocks that are the caller's until they are {@link returnBlocks | returned}
 * @throws {TensorError} `KERNEL_MEMORY` when fewer than `count` are left
 */
export function takeBlocks(count: number): Block[] {
  const left = free.length + MAX_BLOCKS - created
  if (count > left) {
    throw new TensorError(
      'KERNEL_MEMORY',
      `${count} blocks of kernel memory are needed, ${left} of ${MAX_BLOCKS} are left: mix fewer experts at a time`,
      { details: { needed: count, left } }
    )
  }
  return Array.from({ length: count }, () => free.pop() ?? create())
}

/** Gives blocks back; their views must not be used any more. */
export function returnBlocks(blocks: readonly Block[]): void {
  free.push(...blocks)
}

/**
 * Tells whether bytes lie in the kernels' memory so that a kernel may write there, which it does 32 bytes at a time,
 * when it widens 8 bits 64.
 *
 * @returns them as a block
 */
export function asBlock(view: Uint8Array): Block | undefined {
  const isThere = view.buffer === buffer && view.length % 64 === 0
  return isThere ? { address: view.byteOffset, bytes: view as Uint8Array<ArrayBuffer> } : undefined
}

function create(): Block {
  const address = TABLES_BYTES + created++ * BLOCK_BYTES
  return { address, bytes: new Uint8Array(buffer, address, BLOCK_BYTES) }
}

/**
 * Writes a table of addresses and a table of numbers for a kernel; the tables of the call before are lost.
 *
 * @returns where they begin, at multiples of 16
 */
export function writeTables(
  blocks: readonly Block[],
  numbers: Float32Array | Float64Array
): { addresses: number; numbers: number } {
  const [addresses, values] = [TABLES_START, TABLES_START + roundUp(blocks.length * 4, 16)]
  new Uint32Array(buffer, addresses, blocks.length).set(blocks.map(block => block.address))
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
  new Uint8Array(buffer, values, bytes.length).set(bytes)
  return { addresses, numbers: values }
}

/** What lies below belongs to the compiled program. */
const TABLES_START = 4096

/** The least multiple that is not below a value. */
export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}
