import { compareNames } from '../describe.ts'
import { fileNameFlaw } from '../file-name-flaw.ts'
import { MAX_COMPANION_BYTES, MAX_COMPANIONS, MAX_COMPANIONS_BYTES } from '../limits.ts'
import type { JsonScanner } from '../safetensors/json-scanner.ts'
import { ADAPTER_CONFIG_NAME, isCompanionName } from './companion-names.ts'
import type { CompanionFile, ModelLayout } from './model.ts'

/** What a packed model says of a companion file, whether it carries it or not. */
export type ListedFile = Pick<CompanionFile, 'fileName' | 'sizeBytes' | 'sha256'>

const SHA256_HEX = /^[0-9a-f]{64}$/

/** Writes a list of companion files as JSON, sorted by name. */
export function encodeFileList(files: Iterable<ListedFile>): string {
  const list = [...files].map(({ fileName, sizeBytes, sha256 }) => ({
    fileName,
    sizeBytes,
    sha256
  }))
  return JSON.stringify(list.sort((a, b) => compareNames(a.fileName, b.fileName)))
}

/**
 * Reads a list of companion files.
 *
 * @param scanner its `error` makes what is thrown when the list isn't sorted or leaves a limit, or when a file isn't one
 *   that may lie beside weights: a stranger decides neither that code is written to the disk nor where
 * @param layout says which other file a model may have
 */
export function readFileList(scanner: JsonScanner, layout: ModelLayout): ListedFile[] {
  const files: ListedFile[] = []
  let left = MAX_COMPANIONS_BYTES
  scanner.items(() => {
    if (files.length === MAX_COMPANIONS) throw scanner.error(`more than ${MAX_COMPANIONS} files`)
    const file = readFile(scanner, layout)
    const before = files.at(-1)
    if (before !== undefined && compareNames(before.fileName, file.fileName) >= 0) {
      throw scanner.error(`file ${JSON.stringify(file.fileName)} is out of order or comes twice`)
    }
    left -= file.sizeBytes
    if (left < 0) throw scanner.error(`its files have more than ${MAX_COMPANIONS_BYTES} bytes`)
    files.push(file)
  })
  return files
}

/**
 * Tells whether a file may lie beside the weights of a model of this layout. An `adapter_config.json` beside any but an
 * adapter's would make tools load the base that it names instead of the weights.
 */
export function isAllowed(fileName: string, layout: ModelLayout): boolean {
  if (fileName === ADAPTER_CONFIG_NAME) return layout.kind === 'adapter'
  return isCompanionName(fileName) || (layout.kind === 'onnx' && fileName === layout.graph)
}

function readFile(scanner: JsonScanner, layout: ModelLayout): ListedFile {
  let fileName: string | undefined
  let sizeBytes: number | undefined
  let sha256: string | undefined
  scanner.fields(name => {
    if (name === 'fileName' && fileName === undefined) fileName = scanner.string()
    else if (name === 'sizeBytes' && sizeBytes === undefined) sizeBytes = scanner.integer()
    else if (name === 'sha256' && sha256 === undefined) sha256 = scanner.string()
    else throw scanner.error(`field ${JSON.stringify(name)} of a file is unknown or comes twice`)
  })
  if (fileName === undefined || sizeBytes === undefined || sha256 === undefined) {
    throw scanner.error('a file needs fileName, sizeBytes and sha256')
  }
  checkFile(scanner, { fileName, sizeBytes, sha256 }, layout)
  return { fileName, sizeBytes, sha256 }
}

function checkFile(
  scanner: JsonScanner,
  { fileName, sizeBytes, sha256 }: ListedFile,
  layout: ModelLayout
): void {
  const flaw = fileNameFlaw(fileName)
  if (flaw !== undefined) throw scanner.error(flaw)
  const file = `file ${JSON.stringify(fileName)}`
  if (!isAllowed(fileName, layout)) {
    throw scanner.error(`${file} is none that goes with the weights of a model`)
  }
  if (sizeBytes > MAX_COMPANION_BYTES) {
    throw scanner.error(
      `${file} has ${sizeBytes} bytes, at most ${MAX_COMPANION_BYTES} are allowed`
    )
  }
  if (!SHA256_HEX.test(sha256)) throw scanner.error(`${file}: its sha256 is not 64 hex digits`)
}
