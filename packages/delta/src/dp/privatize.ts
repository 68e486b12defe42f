import type { AbortOptions, ProgressOptions } from '@soup/interface'
import {
  type Checkpoint,
  checkpointBytes,
  compareNames,
  type FloatDtype,
  isFloatDtype,
  type TensorInfo,
  tensorInfo
} from '@soup/tensor'
import { requireSameTensors } from '../contents.ts'
import { DeltaError } from '../errors.ts'
import { updateValues, type Values, visitValues } from '../lossy/values.ts'
import { isUnchanged, type PiecePair, readPairs, wholeTensor } from '../pairs.ts'
import { pieceReader } from '../piece-reader.ts'
import { normals, type RandomFill } from './normals.ts'

/** How a delta is made private. */
export interface PrivatizeInit {
  /** C: the largest ‖θᵢ − θ₀‖₂ that is published; a larger delta is scaled down to it. Above 0. */
  clip: number
  /** σ, the noise multiplier: the noise has standard deviation σ · C. 0 clips alone, and protects nothing. */
  noise: number
  /** Where the noise comes from; unpredictable, or there is no privacy. */
  random: RandomFill
}

/**
 * The expert with its delta clipped and Gaussian noise added to every element of every float tensor, changed or not:
 *
 *     θ' = θ₀ + min(1, C / ‖Δ‖₂) · Δ + z,  z ~ N(0, (σC)²),  Δ = θᵢ − θ₀
 *
 * (Abadi et al. 2016, arXiv 1607.00133; for whole contributions McMahan et al. 2018, arXiv 1710.06963.) The norm is
 * that of all float tensors together, summed in f64 in the order of names. θ' is computed in f64 and rounded to the
 * dtype, by way of f32 for narrower ones; beyond the finite numbers it becomes the largest of them. That happens to
 * noisy numbers, so that it costs no privacy.
 *
 * **What it promises.** One release is (ε, δ)-differentially private with ε from `gaussianEpsilon`, with
 * respect to the delta as a whole: who sees it can hardly tell it from the release of no delta. It doesn't give
 * single training examples a smaller bound, and it doesn't count several releases from the same data, whose ε add up,
 * nor what else is published: metrics, metadata, names.
 *
 * **What floating point takes away.** Deviates in f64 don't reach every number, so that their lowest bits can tell of
 * what they were added to (Mironov 2012, "On significance of the least significant bits for differential
 * privacy"). Rounding to the dtype drops 29 of these bits for F32, 45 for BF16, none for F64. The attack isn't ruled out: a
 * sampler on a grid would.
 *
 * @param base θ₀; stays the caller's
 * @param expert θᵢ; stays the caller's; read once here for the norm, once more when the result is read
 * @returns a checkpoint each tensor of which can be opened once: a second reading would draw other noise, and the mean
 *   of two readings has less. Write it to a file, and publish that.
 * @throws {DeltaError} `DELTA_MISMATCH`; `PRIVACY_REFUSED` when a tensor that isn't of float dtype differs from the
 *   base's (it can't be noised), or a weight isn't finite
 * @throws {RangeError} when clip or noise is out of its range
 */
export async function privatize(
  base: Checkpoint,
  expert: Checkpoint,
  init: PrivatizeInit,
  options: ProgressOptions = {}
): Promise<Checkpoint> {
  checkInit(init)
  requireSameTensors(base, expert, expert.tensors)
  const norm = await deltaNorm(base, expert, options)
  const factor = Math.min(1, init.clip / norm)
  const opened = new Set<string>()
  const draw = normals(init.random)
  return {
    name: `${expert.name} with noise`,
    metadata: expert.metadata,
    tensors: expert.tensors,
    isSequential: true,
    open: (name, offset = 0) => {
      const info = tensorInfo(expert, name)
      if (offset !== 0 || opened.has(name)) {
        throw new RangeError(
          `tensor ${JSON.stringify(name)} with noise is read once, from its start`
        )
      }
      opened.add(name)
      return pieceReader(info, noisyPieces(base, expert, info, factor, init, draw))
    },
    close: () => Promise.resolve()
  }
}

function checkInit({ clip, noise }: PrivatizeInit): void {
  if (!(clip > 0 && clip <= Number.MAX_VALUE)) {
    throw new RangeError(`a clipping bound is above 0 and finite, got ${clip}`)
  }
  if (!(noise >= 0 && noise * clip <= Number.MAX_VALUE)) {
    throw new RangeError(`a noise multiplier is not negative and finite, got ${noise}`)
  }
}

/** ‖θᵢ − θ₀‖₂ over all float tensors; others must be equal. */
async function deltaNorm(
  base: Checkpoint,
  expert: Checkpoint,
  options: ProgressOptions
): Promise<number> {
  const total = checkpointBytes(expert)
  let [squares, done] = [0, 0]
  const advance = (bytes: number) => {
    done += bytes
    options.onProgress?.({ stage: 'measure delta', done, total, unit: 'bytes' })
  }
  const sorted = [...expert.tensors.values()].sort((a, b) => compareNames(a.name, b.name))
  for (const info of sorted) {
    squares += await tensorSquares(base, expert, info, advance, options)
  }
  return Math.sqrt(squares)
}

async function tensorSquares(
  base: Checkpoint,
  expert: Checkpoint,
  info: TensorInfo,
  advance: (bytes: number) => void,
  options: AbortOptions
): Promise<number> {
  const { dtype } = info
  let squares = 0
  for await (const pair of readPairs(base, expert, wholeTensor(info), options)) {
    if (!isFloatDtype(dtype)) requireUnchanged(isUnchanged(pair), expert, info)
    else squares += pieceSquares(pair.expert, pair.base, dtype)
    advance(pair.expert.length)
  }
  if (Number.isFinite(squares)) return squares
  throw refused(expert, info, 'has weights that are not finite, or that changed too far')
}

/** Σ Δ², NaN or infinite where a weight is; unchanged NaN too, for noise can't be added to it. */
function pieceSquares(expert: Uint8Array, base: Uint8Array, dtype: FloatDtype): number {
  let squares = 0
  visitValues([expert, base], dtype, ([ours, theirs]) => {
    for (let i = 0; i < ours!.length; i++) {
      const difference = ours![i]! - theirs![i]!
      squares += difference * difference
    }
  })
  return squares
}

async function* noisyPieces(
  base: Checkpoint,
  expert: Checkpoint,
  info: TensorInfo,
  factor: number,
  { clip, noise }: PrivatizeInit,
  draw: () => number
): AsyncGenerator<Uint8Array> {
  const { dtype } = info
  const deviation = noise * clip
  for await (const pair of readPairs(base, expert, wholeTensor(info))) {
    if (!isFloatDtype(dtype)) requireUnchanged(isUnchanged(pair), expert, info)
    else addNoise(pair, dtype, factor, () => (deviation === 0 ? 0 : deviation * draw()))
    yield pair.expert
  }
}

/** In f64; an element that neither factor nor noise changes keeps its bits. */
function addNoise(
  { expert, base }: PiecePair,
  dtype: FloatDtype,
  factor: number,
  noise: () => number
): void {
  const update = (values: Values, _: number, [theirs]: Values[]) => {
    for (let i = 0; i < values.length; i++) {
      const ours = values[i]!
      const clipped = factor === 1 ? ours : theirs![i]! + factor * (ours - theirs![i]!)
      const step = noise()
      values[i] = step === 0 ? clipped : clipped + step
    }
  }
  updateValues(expert, dtype, update, [base])
}

function requireUnchanged(isTrue: boolean, expert: Checkpoint, info: TensorInfo): void {
  if (isTrue) return
  throw refused(expert, info, `is ${info.dtype}, which takes no noise, and differs from the base's`)
}

function refused(expert: Checkpoint, { name }: TensorInfo, problem: string): DeltaError {
  return new DeltaError(
    'PRIVACY_REFUSED',
    `${expert.name} can't be published with noise: tensor ${JSON.stringify(name)} ${problem}`,
    { details: { expert: expert.name, tensor: name, problem } }
  )
}
