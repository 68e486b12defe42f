import { TensorError } from '../errors.ts'

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40
}

/**
 * Reads a shard size as Hugging Face's `max_shard_size` is written: `5GB` (of 10⁹ bytes), `2GiB` (of 2³⁰), or plain
 * bytes. Upper and lower case count, for Hugging Face takes `5Gb` for bits.
 *
 * @returns bytes, at least 1
 * @throws {TensorError} `SHARD_SIZE` when it is anything else
 */
export function parseShardSize(text: string): number {
  const [, digits, unit] = /^([0-9]{1,16})([KMGT]i?B)?$/.exec(text) ?? []
  const bytes = Number(digits) * UNITS[unit ?? '']!
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes
  throw new TensorError(
    'SHARD_SIZE',
    `${JSON.stringify(text)} is no size of shards: expected bytes as in 5GB, 500MB, 2GiB or 1048576`,
    { details: { shardSize: text } }
  )
}
