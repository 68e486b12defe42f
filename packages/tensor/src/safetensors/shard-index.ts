import { decodeUtf8 } from '../decode-utf8.ts'
import { compareNames } from '../describe.ts'
import { TensorError } from '../errors.ts'
import { fileNameFlaw } from '../file-name-flaw.ts'
import { MAX_INDEX_BYTES, MAX_METADATA_ENTRIES, MAX_SHARDS, MAX_TENSORS } from '../limits.ts'
import { JsonScanner } from './json-scanner.ts'
import { checkName } from './parse-header.ts'

/** Name of the index beside its shards. */
export const INDEX_NAME = 'model.safetensors.index.json'

/** What is written of a sharded checkpoint. */
export interface ShardIndex {
  /** Bytes of all tensors together. */
  totalSize: number
  /** File name of the shard by tensor. */
  weightMap: ReadonlyMap<string, string>
}

/** A shard of a checkpoint. */
export interface ShardContents {
  /** `model.safetensors`, or `model-00001-of-00003.safetensors`. */
  readonly fileName: string
  /** Names of its tensors, in file order. */
  readonly tensors: readonly string[]
}

/** The error of an index that breaks a rule, or that its shards contradict. */
export function invalidShards(
  index: string,
  problem: string,
  details: { tensor?: string; shard?: string } = {}
): TensorError {
  return new TensorError('SHARDS_INVALID', `${index} is not a valid index of shards: ${problem}`, {
    details: { index, problem, ...details }
  })
}

/**
 * Parses `model.safetensors.index.json`: an object of `metadata` and `weight_map`, nothing else.
 * `metadata` may be missing; what tools write there (`total_size`, which some get wrong, `mergekit_version`) is passed
 * over, if it is a plain value.
 *
 * @param file what to call the index in an error
 * @param bytes the whole file
 * @returns file name of the shard by tensor
 * @throws {TensorError} `SHARDS_INVALID` when it isn't that, leaves a limit, or names a shard that
 *   can't be a file beside the index
 */
export function parseIndex(file: string, bytes: Uint8Array): ReadonlyMap<string, string> {
  if (bytes.length > MAX_INDEX_BYTES) throw tooLong(file, bytes.length)
  const text = decodeUtf8(bytes)
  if (text === undefined) throw invalidShards(file, 'it is not UTF-8')
  const scanner = new JsonScanner(text, 'it', problem => invalidShards(file, problem))
  let hasMetadata = false
  let weightMap: Map<string, string> | undefined
  scanner.fields(key => {
    if (key === 'metadata' && !hasMetadata) {
      hasMetadata = true
      skipMetadata(scanner)
    } else if (key === 'weight_map' && weightMap === undefined) weightMap = readWeightMap(scanner)
    else throw scanner.error(`field ${JSON.stringify(key)} is unknown or comes twice`)
  })
  scanner.end()
  if (weightMap === undefined) throw scanner.error('it has no weight_map')
  return weightMap
}

/**
 * Writes an index as Hugging Face's tools do: two spaces, sorted keys, a line feed in the end.
 *
 * @throws {TensorError} `SHARDS_INVALID` when {@link parseIndex} would refuse it
 */
export function encodeIndex(checkpoint: string, index: ShardIndex): Uint8Array {
  // By hand: an object would lose a tensor that is called `__proto__` and put `1` before `0.a`.
  const entries = [...index.weightMap]
    .sort(([a], [b]) => compareNames(a, b))
    .map(([tensor, shard]) => `    ${JSON.stringify(tensor)}: ${JSON.stringify(shard)}`)
  const metadata = `\n    "total_size": ${index.totalSize}\n  `
  const map = entries.length === 0 ? '{}' : `{\n${entries.join(',\n')}\n  }`
  const bytes = Buffer.from(`{\n  "metadata": {${metadata}},\n  "weight_map": ${map}\n}\n`)
  parseIndex(checkpoint, bytes)
  return bytes
}

/** The error of an index that is longer than the limit. */
export function tooLong(file: string, sizeBytes: number): TensorError {
  return invalidShards(file, `it has ${sizeBytes} bytes, at most ${MAX_INDEX_BYTES} are allowed`)
}

function skipMetadata(scanner: JsonScanner): void {
  const keys = new Set<string>()
  scanner.fields(key => {
    if (keys.has(key)) throw scanner.error(`key ${JSON.stringify(key)} of metadata comes twice`)
    keys.add(key)
    if (keys.size > MAX_METADATA_ENTRIES) {
      throw scanner.error(`more than ${MAX_METADATA_ENTRIES} entries in metadata`)
    }
    scanner.skipScalar()
  })
}

function readWeightMap(scanner: JsonScanner): Map<string, string> {
  const weightMap = new Map<string, string>()
  // One string a shard, however many tensors name it.
  const shards = new Map<string, string>()
  scanner.fields(tensor => {
    checkName(scanner, tensor)
    if (weightMap.has(tensor)) {
      throw scanner.error(`tensor ${JSON.stringify(tensor)} is listed twice`)
    }
    const name = scanner.string()
    if (!shards.has(name)) {
      checkShardName(scanner, name)
      shards.set(name, name)
    }
    weightMap.set(tensor, shards.get(name)!)
    if (shards.size > MAX_SHARDS) throw scanner.error(`more than ${MAX_SHARDS} shards`)
    if (weightMap.size > MAX_TENSORS) throw scanner.error(`more than ${MAX_TENSORS} tensors`)
  })
  return weightMap
}

function checkShardName(scanner: JsonScanner, name: string): void {
  const flaw = shardNameFlaw(name)
  if (flaw !== undefined) throw scanner.error(flaw)
}

/**
 * What is wrong with the name of a shard: only a safetensors file beside the index can be one.
 *
 * @returns undefined when nothing is
 */
export function shardNameFlaw(name: string): string | undefined {
  const flaw = fileNameFlaw(name)
  if (flaw !== undefined || /.\.safetensors$/u.test(name)) return flaw
  return `shard ${JSON.stringify(name)}: expected a name that ends in .safetensors`
}
