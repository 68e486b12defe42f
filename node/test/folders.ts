import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildModel, type Initializer } from '@soup/onnx'
import { fileSink, type MemoryTensor, memoryCheckpoint, writeSafetensors } from '@soup/tensor'

/** What a Hugging Face folder of a test is like. */
export interface FolderInit {
  /** Which numbers its weights hold; 0 is the base. */
  step?: number
  dtype?: 'F32' | 'BF16'
  /** Whether the head is stored by itself, with numbers of its own; else `lm_head.weight` is the embedding. */
  isUntied?: boolean
  /** How many shards hold the weights; of two, the embedding is in the second. */
  shards?: 1 | 2
  /** Rows of the embedding. */
  tokens?: number
  /** What tells its tokenizer from others. */
  tokenizer?: string
  /** Values of the tensor of integers, which is there if they are. */
  positions?: readonly number[]
}

/** Shapes of the weights of {@link writeFolder}, in file order. */
export const SHAPES: Readonly<Record<string, readonly number[]>> = {
  'model.embed_tokens.weight': [12, 8],
  'model.layers.0.q_proj.weight': [8, 8],
  'model.layers.1.q_proj.weight': [8, 8],
  'model.norm.weight': [8]
}

/** Numbers that depend on the tensor's place and on `step`, far enough apart for BF16 to tell. */
function numbers(count: number, place: number, step: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, i) => Math.sin(i + 10 * place) + (step / 8) * Math.cos(3 * i + place + step)
  )
}

/** The upper halves of f32. */
function bf16(values: Float32Array): Uint16Array {
  return Uint16Array.from(new Uint32Array(values.buffer), bits => bits >>> 16)
}

function weights(init: FolderInit): MemoryTensor[] {
  const { step = 0, dtype = 'F32', isUntied, positions, tokens = 12 } = init
  const embedding = { 'model.embed_tokens.weight': [tokens, 8] }
  const head = isUntied === true ? { 'lm_head.weight': [tokens, 8] } : {}
  const shapes = { ...SHAPES, ...embedding, ...head }
  const floats = Object.entries(shapes).map(([name, shape], place) => {
    const values = numbers(
      shape.reduce((a, b) => a * b, 1),
      place,
      step
    )
    return { name, dtype, shape, data: dtype === 'F32' ? values : bf16(values) }
  })
  if (positions === undefined) return floats
  const data = BigInt64Array.from(positions, BigInt)
  return [...floats, { name: 'model.positions', dtype: 'I64', shape: [data.length], data }]
}

async function writeTensors(path: string, tensors: readonly MemoryTensor[]): Promise<void> {
  const checkpoint = memoryCheckpoint({ name: path, metadata: [['format', 'pt']], tensors })
  await writeSafetensors(checkpoint, await fileSink(path))
}

/** Writes a Hugging Face folder: weights, index, configuration, tokenizer, and code that must not travel. @returns its path */
export async function writeFolder(folder: string, init: FolderInit = {}): Promise<string> {
  const { dtype = 'F32', isUntied = false, shards = 1, tokenizer = 'plain' } = init
  await mkdir(folder, { recursive: true })
  const tensors = weights(init)
  if (shards === 1) await writeTensors(join(folder, 'model.safetensors'), tensors)
  else await writeShards(folder, tensors)
  const torchDtype = dtype === 'F32' ? 'float32' : 'bfloat16'
  const config = { model_type: 'tiny', tie_word_embeddings: !isUntied, torch_dtype: torchDtype }
  const texts = {
    'config.json': JSON.stringify(config, undefined, 2),
    'generation_config.json': '{"eos_token_id": 2}',
    'tokenizer.json': JSON.stringify({ version: '1.0', tokenizer }),
    'modeling_tiny.py': 'raise SystemExit'
  }
  for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text)
  return folder
}

async function writeShards(folder: string, tensors: readonly MemoryTensor[]): Promise<void> {
  const weightMap: Record<string, string> = {}
  for (const [i, part] of [tensors.slice(1), tensors.slice(0, 1)].entries()) {
    const fileName = `model-0000${i + 1}-of-00002.safetensors`
    await writeTensors(join(folder, fileName), part)
    for (const { name } of part) weightMap[name] = fileName
  }
  const total = tensors.reduce((sum, { data }) => sum + data.byteLength, 0)
  const sorted = Object.fromEntries(Object.entries(weightMap).sort()) // as transformers writes it
  const index = { metadata: { total_size: total }, weight_map: sorted }
  const text = `${JSON.stringify(index, undefined, 2)}\n`
  await writeFile(join(folder, 'model.safetensors.index.json'), text)
}

/** Modules of {@link writeFolder} that adapters of tests change. */
const MODULES = ['model.layers.0.q_proj', 'model.layers.1.q_proj']

/** Writes a PEFT adapter folder over {@link writeFolder}. @returns its path */
export async function writeAdapter(folder: string, step: number, rank = 2): Promise<string> {
  await mkdir(folder, { recursive: true })
  const tensors = MODULES.flatMap((module, place) =>
    ['lora_A', 'lora_B'].map((factor, i) => ({
      name: `base_model.model.${module}.${factor}.weight`,
      dtype: 'F32',
      shape: i === 0 ? [rank, 8] : [8, rank],
      data: numbers(8 * rank, 7 * place + 3 * i, step)
    }))
  )
  await writeTensors(join(folder, 'adapter_model.safetensors'), tensors)
  const config = {
    ...{ peft_type: 'LORA', r: rank, lora_alpha: 2 * rank, target_modules: ['q_proj'] },
    ...{ base_model_name_or_path: 'org/tiny', task_type: 'CAUSAL_LM' }
  }
  await writeFile(join(folder, 'adapter_config.json'), JSON.stringify(config, undefined, 2))
  return folder
}

/** Writes the ONNX file of y = x · W + b, of 3 inputs and 2 outputs. @returns its path */
export async function writeOnnx(path: string, step: number, op = 'Add'): Promise<string> {
  const constant = (name: string, shape: number[]): Initializer => {
    const values = numbers(
      shape.reduce((a, b) => a * b, 1),
      shape.length,
      step
    )
    return { name, type: 'float32', shape, data: new Uint8Array(values.buffer) }
  }
  const model = buildModel({
    name: 'linear',
    irVersion: 9,
    opset: 20,
    inputs: [{ name: 'x', type: 'float32', shape: [1, 3] }],
    outputs: [{ name: 'y', type: 'float32', shape: [1, 2] }],
    nodes: [
      { op: 'MatMul', inputs: ['x', 'W'], outputs: ['product'] },
      { op, inputs: ['product', 'b'], outputs: ['y'] }
    ],
    initializers: [constant('W', [3, 2]), constant('b', [2])]
  })
  await writeFile(path, model)
  return path
}

/** SHA-256 of each file in a folder, by name; of those alone that are named, if any are. */
export async function hashes(
  folder: string,
  names?: readonly string[]
): Promise<Record<string, string>> {
  const list = names ?? (await readdir(folder)).sort()
  const hash = async (name: string) =>
    createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex')
  return Object.fromEntries(
    await Promise.all(list.map(async name => [name, await hash(name)] as const))
  )
}
