import type { ProgressOptions } from '@soup/interface'
import {
  type Checkpoint,
  compareNames,
  isFloatDtype,
  type Spool,
  type TensorDescription,
  type TensorInfo
} from '@soup/tensor'
import { encodeContents, requireSameTensors } from '../contents.ts'
import { DEFAULT_DENSITY } from '../limits.ts'
import { type SpooledTensor, spooledCheckpoint } from '../spooled.ts'
import { codecFormat, type LossyCodec, pieceCodec } from './codecs.ts'
import { encodeTensor } from './encode-tensor.ts'
import { encodeLoss, LossSum } from './loss.ts'

/** Which lossy codec, and how much it may keep. */
export interface LossyInit {
  codec: LossyCodec
  /**
   * Share of each tensor's elements that `sparse` sends, above 0, at most 1; {@link DEFAULT_DENSITY} unless given.
   * Other codecs take none.
   */
  density?: number | undefined
}

/**
 * Encodes roughly what turns the base into the expert, and says in the payload what was lost. Reads both once
 * (`sparse` three times; what the codec can't say up to twice more); memory is bounded by a few pieces and 4 bytes for
 * each 256 KiB of the model.
 *
 * @param base what both sides have
 * @param expert tensors of the same names, dtypes and shapes
 * @param spool takes what is encoded; stays the caller's, to be closed after the payload has been written
 * @returns the payload, in the format that the package's page describes: the same bytes for the same tensors
 * @throws {RangeError} when the density isn't one, or the codec takes none
 * @throws {DeltaError} `DELTA_MISMATCH`; both before anything is read
 */
export async function encodeLossy(
  base: Checkpoint,
  expert: Checkpoint,
  spool: Spool,
  init: LossyInit,
  options: ProgressOptions = {}
): Promise<Checkpoint> {
  const settings = { density: checkDensity(init) }
  requireSameTensors(base, expert, expert.tensors)
  const codec = pieceCodec(init.codec)
  const loss = new LossSum()
  const readBytes = ({ dtype, sizeBytes }: TensorInfo) =>
    isFloatDtype(dtype) ? sizeBytes * (1 + codec.passes) : sizeBytes
  const total = [...expert.tensors.values()].reduce((sum, info) => sum + readBytes(info), 0)
  const advanceWithin = progress(total, options)
  const shared = { base, expert, spool, codec, settings, loss, options }
  const tensors: TensorDescription[] = []
  const spooled = new Map<string, SpooledTensor>()
  for (const info of sorted(expert)) {
    const advance = advanceWithin(readBytes(info))
    const { sha256, stored } = await encodeTensor({ ...shared, advance }, info)
    tensors.push({ name: info.name, dtype: info.dtype, shape: info.shape, sha256 })
    if (stored !== undefined) spooled.set(info.name, stored)
  }
  const metadata = encodeContents(
    { tensors, metadata: new Map(expert.metadata) },
    codecFormat(init.codec)
  )
  metadata.set('soup.loss', encodeLoss(loss.loss()))
  if (init.codec === 'sparse') metadata.set('soup.settings', JSON.stringify(settings))
  return spooledCheckpoint(`delta of ${expert.name}`, metadata, spooled, spool)
}

function checkDensity({ codec, density }: LossyInit): number {
  if (density !== undefined && codec !== 'sparse') throw new RangeError(`${codec} takes no density`)
  const value = density ?? DEFAULT_DENSITY
  if (value > 0 && value <= 1) return value
  throw new RangeError(`a density is above 0, at most 1, got ${value}`)
}

/** Sums of floats depend on their order, so it must not be that of a file. */
function sorted({ tensors }: Checkpoint): TensorInfo[] {
  return [...tensors.values()].sort((a, b) => compareNames(a.name, b.name))
}

/** Counts what is read of one tensor after another, up to what was planned for each. */
function progress(
  total: number,
  { onProgress }: ProgressOptions
): (plannedBytes: number) => (bytes: number) => void {
  let [done, end] = [0, 0]
  const report = () => onProgress?.({ stage: 'encode delta', done, total, unit: 'bytes' })
  report()
  return plannedBytes => {
    end += plannedBytes
    return bytes => {
      done = Math.min(end, done + bytes)
      report()
    }
  }
}
