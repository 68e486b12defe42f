import { type Checkpoint, FLOAT_DTYPES, isFloatDtype, type TensorInfo } from '@soup/tensor'
import { DeltaError } from '../errors.ts'
import { MAX_FACTOR_BYTES } from '../limits.ts'
import { isBaseLayerName, isTransposed, type LoraAdapter, type LoraModule } from './adapter.ts'

/** Bytes of an f32. */
const BYTES = 4

/**
 * Refuses an adapter whose factors aren't what its modules say: missing, of a dtype that nothing computes with, of other
 * shapes, too large for memory; and one that changes a tensor twice. Reads headers only.
 *
 * @throws {DeltaError} `ADAPTER_MISMATCH`, `ADAPTER_TOO_LARGE`
 */
export function checkAdapter(adapter: LoraAdapter): void {
  const changed = new Set<string>()
  for (const module of adapter.modules) {
    const { rank, scaling, weight, bias } = module
    const refuse = (problem: string) => misfit(adapter, module.name, problem)
    if (!Number.isSafeInteger(rank) || rank < 1)
      throw refuse(`has rank ${rank}, expected 1 or more`)
    if (!Number.isFinite(scaling)) throw refuse(`is scaled by ${scaling}, expected a number`)
    const a = factor(adapter, module, module.a, [rank, undefined])
    const b = factor(adapter, module, module.b, [undefined, rank])
    if (bias !== undefined && module.isEmbedding) throw refuse('is an embedding with a bias')
    if (bias !== undefined) factor(adapter, module, bias, [b.shape[0]])
    for (const tensor of bias === undefined ? [weight] : [weight, biasOf(module)]) {
      const saved = adapter.saved.get(tensor)
      const isReplaced = saved !== undefined && !isBaseLayerName(saved)
      if (changed.has(tensor) || isReplaced)
        throw refuse(`changes ${tensor}, which the adapter changes already`)
      changed.add(tensor)
    }
    requireFactorBytes(module.name, rank * (a.shape[1]! + b.shape[0]!) * BYTES)
  }
  for (const [tensor, name] of adapter.saved) {
    if (!adapter.checkpoint.tensors.has(name)) throw misfit(adapter, tensor, `lacks tensor ${name}`)
  }
}

/**
 * Refuses an adapter that doesn't fit a base: {@link checkAdapter}, and that the base has every tensor that is changed,
 * in the shape that the factors say, as floats. Reads headers only.
 *
 * @throws {DeltaError} `ADAPTER_MISMATCH`, `ADAPTER_TOO_LARGE`
 */
export function checkAdapterFits(base: Checkpoint, adapter: LoraAdapter): void {
  checkAdapter(adapter)
  const { tensors } = adapter.checkpoint
  for (const module of adapter.modules) {
    const [rows, columns] = [tensors.get(module.b)!.shape[0]!, tensors.get(module.a)!.shape[1]!]
    const shape = isTransposed(module) ? [columns, rows] : [rows, columns]
    requireTensor(base, adapter, module.weight, shape)
    if (module.bias !== undefined) requireTensor(base, adapter, biasOf(module), [rows])
  }
  for (const [tensor, name] of adapter.saved)
    requireSaved(base, adapter, tensor, tensors.get(name)!)
}

/**
 * Refuses factors of one module, of one adapter or of several together, that would fill the memory.
 *
 * @param sizeBytes of the factors as f32
 * @throws {DeltaError} `ADAPTER_TOO_LARGE`
 */
export function requireFactorBytes(module: string, sizeBytes: number): void {
  if (sizeBytes <= MAX_FACTOR_BYTES) return
  throw new DeltaError(
    'ADAPTER_TOO_LARGE',
    `the factors of module ${JSON.stringify(module)} take ${sizeBytes} bytes, at most ${MAX_FACTOR_BYTES} are held at once: choose a lower rank, or mix fewer adapters at a time`,
    { details: { module, sizeBytes, maxBytes: MAX_FACTOR_BYTES } }
  )
}

/** The base's bias that the bias of a module's B changes. */
export function biasOf({ name }: LoraModule): string {
  return `${name}.bias`
}

/** Shapes are compared where they are given: any other length of a factor is for the base to judge. */
function factor(
  adapter: LoraAdapter,
  module: LoraModule,
  name: string,
  shape: readonly (number | undefined)[]
): TensorInfo {
  const info = adapter.checkpoint.tensors.get(name)
  if (info === undefined) throw misfit(adapter, module.name, `lacks tensor ${name}`)
  const isFit =
    info.shape.length === shape.length &&
    shape.every((length, i) =>
      length === undefined ? info.shape[i]! > 0 : length === info.shape[i]
    )
  if (isFit && isFloatDtype(info.dtype)) return info
  const expected = shape.map(length => length ?? 'any').join(', ')
  throw misfit(
    adapter,
    module.name,
    `has ${name} as ${describe(info)}, expected [${expected}] of rank ${module.rank} in one of ${FLOAT_DTYPES}`
  )
}

function requireTensor(
  base: Checkpoint,
  adapter: LoraAdapter,
  tensor: string,
  shape: readonly number[]
): void {
  const info = base.tensors.get(tensor)
  if (info === undefined) throw misfit(adapter, tensor, `is missing in the base ${base.name}`)
  if (isFloatDtype(info.dtype) && isEqual(info.shape, shape)) return
  throw misfit(
    adapter,
    tensor,
    `is ${describe(info)} in the base ${base.name}, the adapter changes floats of [${shape}]`
  )
}

function requireSaved(
  base: Checkpoint,
  adapter: LoraAdapter,
  tensor: string,
  saved: TensorInfo
): void {
  const info = base.tensors.get(tensor)
  if (info === undefined) throw misfit(adapter, tensor, `is missing in the base ${base.name}`)
  const isFit =
    info.dtype === saved.dtype || (isFloatDtype(info.dtype) && isFloatDtype(saved.dtype))
  if (isFit && isEqual(info.shape, saved.shape)) return
  const problem = `is ${describe(info)} in the base ${base.name}, the adapter replaces it by ${describe(saved)}`
  throw misfit(adapter, tensor, problem)
}

function isEqual(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, i) => length === b[i])
}

function describe({ dtype, shape }: TensorInfo): string {
  return `${dtype}[${shape}]`
}

function misfit({ checkpoint }: LoraAdapter, place: string, problem: string): DeltaError {
  return new DeltaError(
    'ADAPTER_MISMATCH',
    `adapter ${checkpoint.name} can't be applied: ${JSON.stringify(place)} ${problem}`,
    { details: { adapter: checkpoint.name, place, problem } }
  )
}
