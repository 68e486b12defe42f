import { MAX_SHARDS, MAX_TENSORS } from '../limits.ts'
import type { JsonScanner } from '../safetensors/json-scanner.ts'
import { checkName } from '../safetensors/parse-header.ts'
import { type ShardContents, shardNameFlaw } from '../safetensors/shard-index.ts'
import { MODEL_FILE_NAME } from '../safetensors/shard-layout.ts'
import { ADAPTER_FILE_NAME, graphNameFlaw } from './companion-names.ts'
import type { ModelLayout } from './model.ts'

/** Writes a layout as JSON. */
export function encodeLayout(layout: ModelLayout): string {
  switch (layout.kind) {
    case 'folder':
      return JSON.stringify({
        kind: layout.kind,
        shards: layout.shards.map(({ fileName, tensors }) => ({ fileName, tensors }))
      })
    case 'onnx':
      return JSON.stringify({ kind: layout.kind, graph: layout.graph })
    default:
      return JSON.stringify({ kind: layout.kind })
  }
}

/** The fields of a layout, of which each kind has its own. */
interface Fields {
  kind?: string
  shards?: ShardContents[]
  graph?: string
}

/**
 * Reads a layout: an object of the fields of its kind, no more.
 *
 * @param scanner its `error` makes what is thrown when the layout breaks a rule: names that are no files beside one
 *   another or make tools load something else, a shard or a tensor that comes twice, more of them than a model may have
 */
export function readLayout(scanner: JsonScanner): ModelLayout {
  const fields: Fields = {}
  scanner.fields(name => {
    if (name === 'kind' && fields.kind === undefined) fields.kind = scanner.string()
    else if (name === 'shards' && fields.shards === undefined) fields.shards = readShards(scanner)
    else if (name === 'graph' && fields.graph === undefined) fields.graph = readGraph(scanner)
    else throw scanner.error(`field ${JSON.stringify(name)} is unknown or comes twice`)
  })
  const { kind, shards, graph } = fields
  const given = [shards && 'folder', graph !== undefined && 'onnx'].filter(Boolean)
  if (given.length === 0 && (kind === 'file' || kind === 'adapter')) return { kind }
  if (given.length === 1 && kind === 'folder' && shards) return { kind, shards }
  if (given.length === 1 && kind === 'onnx' && graph !== undefined) return { kind, graph }
  throw scanner.error(
    `a layout of kind ${JSON.stringify(kind)} is unknown to this version, or its fields are those of another`
  )
}

function readShards(scanner: JsonScanner): ShardContents[] {
  const shards: ShardContents[] = []
  const seen = { files: new Set<string>(), tensors: new Set<string>() }
  scanner.items(() => {
    if (shards.length === MAX_SHARDS) throw scanner.error(`more than ${MAX_SHARDS} shards`)
    const shard = readShard(scanner, seen.tensors)
    if (seen.files.has(shard.fileName)) {
      throw scanner.error(`shard ${JSON.stringify(shard.fileName)} comes twice`)
    }
    seen.files.add(shard.fileName)
    shards.push(shard)
  })
  for (const { fileName } of shards) checkLoaded(scanner, fileName, shards.length)
  return shards
}

/** Tools prefer files of these names to the index, some file systems don't tell upper from lower case. */
function checkLoaded(scanner: JsonScanner, fileName: string, count: number): void {
  const name = fileName.toLowerCase()
  if (name !== ADAPTER_FILE_NAME && (name !== MODEL_FILE_NAME || count === 1)) return
  const shard = `shard ${JSON.stringify(fileName)}`
  throw scanner.error(`${shard}: tools would load it in place of all ${count} shards`)
}

function readShard(scanner: JsonScanner, seen: Set<string>): ShardContents {
  let fileName: string | undefined
  let tensors: string[] | undefined
  scanner.fields(name => {
    if (name === 'fileName' && fileName === undefined) fileName = readShardName(scanner)
    else if (name === 'tensors' && tensors === undefined) tensors = readTensors(scanner, seen)
    else throw scanner.error(`field ${JSON.stringify(name)} of a shard is unknown or comes twice`)
  })
  if (fileName === undefined || tensors === undefined) {
    throw scanner.error('a shard needs fileName and tensors')
  }
  return { fileName, tensors }
}

function readShardName(scanner: JsonScanner): string {
  const name = scanner.string()
  const flaw = shardNameFlaw(name)
  if (flaw !== undefined) throw scanner.error(flaw)
  return name
}

function readTensors(scanner: JsonScanner, seen: Set<string>): string[] {
  const tensors: string[] = []
  scanner.items(() => {
    const name = scanner.string()
    checkName(scanner, name)
    if (seen.has(name)) throw scanner.error(`tensor ${JSON.stringify(name)} comes twice`)
    seen.add(name)
    if (seen.size > MAX_TENSORS) throw scanner.error(`more than ${MAX_TENSORS} tensors`)
    tensors.push(name)
  })
  return tensors
}

function readGraph(scanner: JsonScanner): string {
  const name = scanner.string()
  const flaw = graphNameFlaw(name)
  if (flaw !== undefined) throw scanner.error(flaw)
  return name
}
