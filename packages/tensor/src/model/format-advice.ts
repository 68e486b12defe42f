import { extname } from 'node:path'

/** What to do about files that are no safetensors, by extension. */
const ADVICE: Readonly<Record<string, string>> = {
  '.bin':
    'a pickle, which can run code when it is opened, so it never is; convert it to safetensors',
  '.pt':
    'a pickle, which can run code when it is opened, so it never is; convert it to safetensors',
  '.pth':
    'a pickle, which can run code when it is opened, so it never is; convert it to safetensors',
  '.pkl':
    'a pickle, which can run code when it is opened, so it never is; convert it to safetensors',
  '.ckpt':
    'a pickle, which can run code when it is opened, so it never is; convert it to safetensors',
  '.gguf': 'a GGUF file, whose weights are quantized; take the safetensors that it was made of',
  '.ggml': 'a GGML file, whose weights are quantized; take the safetensors that it was made of',
  '.h5': 'a TensorFlow file; convert it to safetensors',
  '.msgpack': 'a Flax file; convert it to safetensors',
  '.npz': 'a NumPy file; convert it to safetensors',
  '.onnx': 'an ONNX file; give it by its own name, which ends in .onnx',
  '.json': 'a description of a model; give the folder that it lies in'
}

/**
 * Why a file can't be a safetensors file, by its name, and the way out.
 *
 * @returns undefined when it may be one, also under a name without an extension, as in a Hugging Face cache
 */
export function adviceOnFile(path: string): string | undefined {
  const advice = ADVICE[extname(path).toLowerCase()]
  return advice === undefined ? undefined : `it is ${advice}`
}

/** Names of weights that are listed at most: enough to recognise the folder. */
const MAX_LISTED = 3

/**
 * Why a folder can't be opened, and the way out.
 *
 * @param entries names of what lies in it
 * @param expected what there should be
 */
export function adviceOnFolder(entries: readonly string[], expected: string): string {
  const wanted = `expected ${expected} in it`
  if (entries.length === 0) return `${wanted}, it is empty`
  const safetensors = entries.filter(name => name.endsWith('.safetensors'))
  if (safetensors.length > 0) {
    return `${wanted}, it has ${list(safetensors)}; give one of them by its own name`
  }
  const extension = Object.keys(ADVICE).find(
    ending => ending !== '.json' && entries.some(name => name.endsWith(ending))
  )
  if (extension === undefined) return `${wanted}, it has no weights`
  const names = entries.filter(name => name.endsWith(extension))
  return `${wanted}, it has ${list(names)}: ${ADVICE[extension]}`
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, MAX_LISTED).map(name => JSON.stringify(name))
  return names.length > MAX_LISTED
    ? `${shown.join(', ')} and ${names.length - MAX_LISTED} more`
    : shown.join(', ')
}
