import { createHash, type Hash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import type { ProgressOptions } from '@soup/interface'
import { type Checkpoint, checkpointBytes, type Spool } from '@soup/tensor'
import { encodeContents, requireSameTensors } from './contents.ts'
import { encodePart } from './encode-part.ts'
import { type EncodeOpeners, encodeTeam } from './encode-team.ts'
import { EXACT_PIECE_BYTES, MAX_THREADS, MIN_BYTES_FOR_THREADS } from './limits.ts'
import { exactPieceSizes, type Part, wholeTensor } from './pairs.ts'
import { cutRuns } from './runs.ts'
import { type SpooledTensor, spooledCheckpoint, spooledPieces } from './spooled.ts'

/** Options of {@link encodeExact}. */
export interface EncodeOptions extends ProgressOptions {
  /**
   * How further threads open base and expert: the same ones. With them, and unless one of both is sequential,
   * several threads encode.
   */
  openers?: EncodeOpeners | undefined
  /** Threads that encode; as many as the machine has cores, up to {@link MAX_THREADS}, unless given. */
  threads?: number | undefined
}

/** What has been encoded of a tensor. */
interface Encoded {
  hash: Hash
  lengths: number[]
  /** Where its pieces begin in the spool. */
  offset: number
  storedBytes: number
}

/**
 * Encodes what turns the base into the expert, so that it can be undone bit for bit. Reads both once, the expert
 * twice where several threads encode; memory is bounded by a few pieces, some runs a thread and 4 bytes for each
 * 256 KiB of the model.
 *
 * @param base what both sides have
 * @param expert tensors of the same names, dtypes and shapes
 * @param spool takes the encoded pieces, whose sizes must be known before a safetensors file can begin;
 *   stays the caller's, to be closed after the payload has been written
 * @returns the payload, in the format that the package's page describes; the same whatever the threads
 * @throws {DeltaError} `DELTA_MISMATCH`, before anything is read
 */
export async function encodeExact(
  base: Checkpoint,
  expert: Checkpoint,
  spool: Spool,
  options: EncodeOptions = {}
): Promise<Checkpoint> {
  requireSameTensors(base, expert, expert.tensors)
  const encoder = new Encoder(base, expert, spool, options)
  const { openers } = options
  const threads = options.threads ?? Math.min(availableParallelism(), MAX_THREADS)
  const isLarge = checkpointBytes(expert) >= MIN_BYTES_FOR_THREADS
  if (openers === undefined || threads < 2 || !isLarge || base.isSequential || expert.isSequential)
    await encoder.encodeAlone()
  else await encoder.encodeWith(openers, threads)
  return encoder.payload()
}

/** Puts encoded pieces into the spool, in the order of the expert's tensors, and hashes those. */
class Encoder {
  readonly #base: Checkpoint
  readonly #expert: Checkpoint
  readonly #spool: Spool
  readonly #options: ProgressOptions
  readonly #encoded = new Map<string, Encoded>()
  readonly #total: number
  #done = 0

  constructor(base: Checkpoint, expert: Checkpoint, spool: Spool, options: ProgressOptions) {
    this.#base = base
    this.#expert = expert
    this.#spool = spool
    this.#options = options
    this.#total = checkpointBytes(expert)
    this.#advance(0)
  }

  async encodeAlone(): Promise<void> {
    for (const info of this.#expert.tensors.values()) {
      const part = wholeTensor(info)
      for await (const piece of encodePart(this.#base, this.#expert, part, this.#options)) {
        this.#of(info.name).hash.update(piece.expert)
        await this.#store(info.name, [piece.stored.length], piece.stored)
        this.#advance(piece.expert.length)
      }
    }
  }

  async encodeWith(openers: EncodeOpeners, threads: number): Promise<void> {
    const { signal } = this.#options
    await encodeTeam(openers, cutRuns(this.#expert), {
      threads,
      signal,
      write: async (run, stored, lengths) => {
        let at = 0
        for (const [i, part] of run.entries()) {
          const storedBytes = sum(lengths[i]!)
          await this.#store(part.tensor, lengths[i]!, stored.subarray(at, at + storedBytes))
          at += storedBytes
          await this.#hash(part)
          this.#advance(part.sizeBytes)
        }
      }
    })
  }

  payload(): Checkpoint {
    const tensors = [...this.#expert.tensors.values()].map(({ name, dtype, shape }) => {
      return { name, dtype, shape, sha256: this.#of(name).hash.digest('hex') }
    })
    const stored = new Map<string, SpooledTensor>()
    for (const [name, { lengths, offset, storedBytes }] of this.#encoded) {
      if (storedBytes > 0) stored.set(name, spooledPieces(name, lengths, offset))
    }
    const metadata = encodeContents({ tensors, metadata: new Map(this.#expert.metadata) })
    return spooledCheckpoint(`delta of ${this.#expert.name}`, metadata, stored, this.#spool)
  }

  #of(name: string): Encoded {
    const known = this.#encoded.get(name)
    if (known !== undefined) return known
    const offset = this.#spool.sizeBytes
    const added = { hash: createHash('sha256'), lengths: [], offset, storedBytes: 0 }
    this.#encoded.set(name, added)
    return added
  }

  async #store(name: string, lengths: readonly number[], stored: Uint8Array): Promise<void> {
    const encoded = this.#of(name)
    encoded.lengths.push(...lengths)
    encoded.storedBytes += stored.length
    if (stored.length > 0) await this.#spool.append(stored, this.#options)
  }

  /** Reads again what a thread has just read, which the system still has in memory. */
  async #hash({ tensor, offset, sizeBytes }: Part): Promise<void> {
    const { hash } = this.#of(tensor)
    const reader = this.#expert.open(tensor, offset)
    const buffer = new Uint8Array(Math.min(sizeBytes, EXACT_PIECE_BYTES))
    for (const size of exactPieceSizes(sizeBytes)) {
      const piece = buffer.subarray(0, size)
      await reader.read(piece, this.#options)
      hash.update(piece)
    }
  }

  #advance(bytes: number): void {
    this.#done += bytes
    const [done, total] = [this.#done, this.#total]
    this.#options.onProgress?.({ stage: 'encode delta', done, total, unit: 'bytes' })
  }
}

function sum(lengths: readonly number[]): number {
  return lengths.reduce((total, length) => total + length, 0)
}
