import { isLossyCodec, MAX_CHOSEN_RANK } from '@soup/delta'
import type { Privacy } from '@soup/manifest'
import { UsageError } from '../errors.ts'
import type { CodecChoice } from '../jobs/pair-models.ts'
import { CODECS } from '../library/models.ts'
import type { Invocation } from './invocation.ts'

/** Largest clipping bound and noise that a person can mean. */
const MAX_PRIVACY = 1e9

/** The codec that a caller chose, with its settings; undefined where none was chosen. */
export function codecOf(invocation: Invocation): CodecChoice | undefined {
  const name = invocation.text('codec')
  const rank = invocation.integer('rank', 1, MAX_CHOSEN_RANK)
  const density = invocation.number('density', 0, 1)
  if (rank !== undefined && name !== 'lora')
    throw new UsageError('Option --rank goes with --codec lora')
  if (density !== undefined && name !== 'sparse')
    throw new UsageError('Option --density goes with --codec sparse')
  if (density === 0) throw new UsageError('Option --density wants more than 0')
  if (name === undefined) return undefined
  if (name === 'exact') return { name }
  if (name === 'lora') return { name, rank }
  if (isLossyCodec(name)) return { name, density }
  throw new UsageError(`Option --codec knows ${CODECS.join(', ')}, got '${name}'`)
}

/** The noise that a caller asked for. */
export function privacyOf(invocation: Invocation): Privacy | undefined {
  const clip = invocation.number('dp-clip', 0, MAX_PRIVACY)
  const noise = invocation.number('dp-noise', 0, MAX_PRIVACY)
  if (clip === undefined && noise === undefined) return undefined
  if (clip === undefined || noise === undefined)
    throw new UsageError('Options --dp-clip and --dp-noise go together')
  if (clip === 0) throw new UsageError('Option --dp-clip wants more than 0')
  return { clip, noise }
}
