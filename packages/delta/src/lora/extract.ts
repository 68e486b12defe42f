import type { ProgressOptions } from '@soup/interface'
import {
  type Checkpoint,
  checkpointBytes,
  type FloatDtype,
  type Matrix,
  matrix,
  rowMajor,
  type Spool,
  type TensorInfo,
  transpose
} from '@soup/tensor'
import { requireSameTensors } from '../contents.ts'
import { DeltaError } from '../errors.ts'
import { type LoraAdapter, type LoraModule, peftModule, peftSavedName } from './adapter.ts'
import { requireFactorBytes } from './check-adapter.ts'
import { differenceRows } from './difference-rows.ts'
import { extractWeight, type RowStream, sketchWidth, squaredResidual } from './extract-weight.ts'
import { layeredTensors } from './layered-tensors.ts'
import { type SpooledTensors, spooledTensors } from './spooled-tensors.ts'
import { tensorChange } from './tensor-change.ts'
import { weightKind } from './weight-kind.ts'

/** What {@link extractAdapter} is made of. */
export interface ExtractInit {
  /** θ₀. Stays the caller's. */
  base: Checkpoint
  /** θᵢ: the same tensors. Stays the caller's; where others are saved, the adapter reads from it. */
  expert: Checkpoint
  /** r of every module, but for weights that are smaller. */
  rank: number
  /** What factors are rounded to; F32 unless given. */
  dtype?: FloatDtype | undefined
  /** Of the random sketches; 0 unless given. */
  seed?: number | undefined
  /** Whether embeddings and output heads get factors, too. */
  embeddings?: boolean | undefined
  /** Whether linear weights are stored as `[in, out]`, as GPT-2's. */
  fanInFanOut?: boolean | undefined
  /** Whether changed tensors without factors are saved whole (`modules_to_save`) instead of left out. */
  saveOthers?: boolean | undefined
}

/** How well factors stand for what they were extracted from. */
export interface ModuleError {
  /** Path of the module. */
  readonly module: string
  readonly rank: number
  /** ‖Δ‖_F. */
  readonly norm: number
  /** ‖Δ − s·B·A‖_F / ‖Δ‖_F, measured with the factors as they are stored. */
  readonly relativeError: number
}

/** A tensor that changed and isn't in the adapter. */
export interface LeftOutTensor {
  readonly tensor: string
  /** ‖Δ‖_F; undefined where the tensor isn't of floats, or the difference isn't finite. */
  readonly norm: number | undefined
}

/** An adapter that stands for a full fine-tune, and what it leaves out. */
export interface Extraction {
  readonly adapter: LoraAdapter
  /** In the order of the base. */
  readonly modules: readonly ModuleError[]
  /** In the order of the base. */
  readonly leftOut: readonly LeftOutTensor[]
  /** ‖θᵢ − θ₀ − what the adapter adds‖_F / ‖θᵢ − θ₀‖_F over all float tensors whose norm is known, 0 where nothing changed. */
  readonly relativeError: number
}

/**
 * Extracts a low-rank adapter of what turned the base into the expert: for every linear weight factors of rank r, nearly
 * the nearest to θᵢ − θ₀ ({@link extractWeight}). Linear are weights of two dimensions named `*.weight`, but for
 * embeddings and heads unless these are asked for. Every other tensor that changed is listed with its norm, and counts
 * in the error, or is saved whole if asked for; a bias beside factors is left out in any case, for PEFT can't save half
 * a module.
 *
 * Reads the linear weights of both four times, what didn't change once; memory is bounded by the sketch of one weight.
 *
 * @param spool takes the factors; stays the caller's, to be closed after the adapter was read
 * @throws {DeltaError} `DELTA_MISMATCH`, `ADAPTER_TOO_LARGE`, before anything is read; `ADAPTER_NOT_FINITE` for a weight
 *   that holds infinities or NaN
 * @throws {RangeError} for a rank that is no positive integer, or a seed that is no integer of 32 bits
 */
export async function extractAdapter(
  init: ExtractInit,
  spool: Spool,
  options: ProgressOptions = {}
): Promise<Extraction> {
  const { base, expert, rank, dtype = 'F32' } = init
  if (!Number.isSafeInteger(rank) || rank < 1) throw new RangeError(`rank ${rank} is not 1 or more`)
  requireSameTensors(base, expert, expert.tensors)
  const all = [...base.tensors.values()]
  const factorised = new Set(all.filter(info => isFactorised(info, init)))
  for (const info of factorised) requireSketch(info, rank)
  const collector = new Collector(init, spooledTensors(spool, dtype), options)
  for (const info of factorised) await collector.factorise(info)
  for (const info of all) if (!factorised.has(info)) await collector.lookAt(info)
  return collector.finish()
}

function isFactorised(info: TensorInfo, { embeddings }: ExtractInit): boolean {
  const kind = weightKind(info)
  return kind === 'linear' || (kind !== undefined && embeddings === true)
}

function requireSketch({ name, shape }: TensorInfo, rank: number): void {
  const [rows, columns] = shape as [number, number]
  requireFactorBytes(name, sketchWidth({ rows, columns }, rank) * (rows + columns) * 4)
}

/** Gathers the parts of an extraction, tensor by tensor. */
class Collector {
  readonly #init: ExtractInit
  readonly #factors: SpooledTensors
  readonly #options: ProgressOptions
  readonly #modules: LoraModule[] = []
  readonly #errors: ModuleError[] = []
  readonly #saved = new Map<string, string>()
  readonly #leftOut: LeftOutTensor[] = []
  #changed = 0
  #residual = 0
  #done = 0

  constructor(init: ExtractInit, factors: SpooledTensors, options: ProgressOptions) {
    this.#init = init
    this.#factors = factors
    this.#options = options
    this.#advance(0)
  }

  /** Gives a linear weight its factors, if it changed. */
  async factorise(info: TensorInfo): Promise<void> {
    const { rank, seed = 0 } = this.#init
    const stream = this.#stream(info)
    const found = await extractWeight(stream, rank, seed)
    if (found !== undefined) await this.#store(info, stream, found.b, found.a, found.squaredNorm)
    this.#advance(info.sizeBytes)
  }

  async #store(
    info: TensorInfo,
    stream: RowStream,
    left: Matrix,
    right: Matrix,
    square: number
  ): Promise<void> {
    if (!Number.isFinite(square)) throw notFinite(this.#init.expert, info.name)
    const name = info.name.slice(0, -'.weight'.length)
    const isEmbedding = weightKind(info) === 'embedding'
    const fanInFanOut = this.#init.fanInFanOut === true && !isEmbedding
    const module = peftModule(name, { rank: right.rows, scaling: 1, isEmbedding, fanInFanOut })
    const isFlipped = isEmbedding || fanInFanOut
    const [a, b] = isFlipped
      ? [rowMajor(transpose(left)), rowMajor(transpose(right))]
      : [right, left]
    const storedA = matrix(a.rows, a.columns, await this.#put(module.a, a))
    const storedB = matrix(b.rows, b.columns, await this.#put(module.b, b))
    const [outer, inner] = isFlipped
      ? [rowMajor(transpose(storedA)), rowMajor(transpose(storedB))]
      : [storedB, storedA]
    const residual = await squaredResidual(stream, outer, inner)
    if (!Number.isFinite(residual)) throw notFinite(this.#init.expert, info.name)
    this.#modules.push(module)
    const relativeError = Math.sqrt(residual / square)
    this.#errors.push({ module: name, rank: module.rank, norm: Math.sqrt(square), relativeError })
    this.#changed += square
    this.#residual += residual
  }

  /** Lists or saves any other tensor, if it changed. */
  async lookAt(info: TensorInfo): Promise<void> {
    const { name } = info
    const { base, expert } = this.#init
    const change = await tensorChange(base, expert, name, this.#options)
    this.#advance(info.sizeBytes)
    if (!change.isChanged) return
    const square = change.squaredNorm
    this.#changed += square ?? 0
    const isBesideFactors = this.#modules.some(module => name === `${module.name}.bias`)
    if (this.#init.saveOthers === true && !isBesideFactors) {
      this.#saved.set(name, peftSavedName(name))
      return
    }
    this.#residual += square ?? 0
    this.#leftOut.push({ tensor: name, norm: square === undefined ? undefined : Math.sqrt(square) })
  }

  finish(): Extraction {
    const { expert } = this.#init
    const factors = this.#factors.checkpoint(`adapter of ${expert.name}`)
    return {
      adapter: {
        checkpoint: layeredTensors(factors, expert, this.#saved),
        modules: this.#modules,
        saved: this.#saved
      },
      modules: this.#errors,
      leftOut: this.#leftOut,
      relativeError: this.#changed === 0 ? 0 : Math.sqrt(this.#residual / this.#changed)
    }
  }

  #put(name: string, { rows, columns, values }: Matrix): Promise<Float32Array> {
    return this.#factors.add(name, [rows, columns], values)
  }

  #stream({ name, shape }: TensorInfo): RowStream {
    const { base, expert } = this.#init
    const [rows, columns] = shape as [number, number]
    const read = () => differenceRows(base, expert, name, columns, this.#options)
    return { rows, columns, read }
  }

  #advance(bytes: number): void {
    this.#done += bytes
    const total = checkpointBytes(this.#init.base)
    const progress = { stage: 'extract adapter', done: this.#done, total, unit: 'bytes' } as const
    this.#options.onProgress?.(progress)
  }
}

function notFinite({ name }: Checkpoint, tensor: string): DeltaError {
  return new DeltaError(
    'ADAPTER_NOT_FINITE',
    `tensor ${JSON.stringify(tensor)} of ${name} or its base holds infinities or NaN: no factors stand for it`,
    { details: { expert: name, tensor } }
  )
}
