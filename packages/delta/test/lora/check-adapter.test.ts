import { type Checkpoint, memoryCheckpoint } from '@soup/tensor'
import t from 'tap'
import type { LoraAdapter, LoraModule } from '../../src/lora/adapter.ts'
import { biasOf, checkAdapter, checkAdapterFits } from '../../src/lora/check-adapter.ts'
import { noise, oneModule, tensor } from './adapters.ts'

const fit = oneModule(2, [3, 5])
const base = memoryCheckpoint({
  name: 'base',
  tensors: [
    tensor('layer.weight', [3, 5], noise(3, 15), 'BF16'),
    tensor('layer.bias', [3], noise(4, 3), 'BF16'),
    tensor('norm', [4], noise(5, 4), 'BF16'),
    { name: 'steps', dtype: 'I64', shape: [1], data: new BigInt64Array(1) }
  ]
})

/** A header alone: reading it would fail. */
function unreadable(tensors: Checkpoint['tensors']): Checkpoint {
  return {
    ...fit.checkpoint,
    tensors,
    open: () => {
      throw new Error('it was read')
    }
  }
}

function withModule(change: Partial<LoraModule>): LoraAdapter {
  return { ...fit, modules: [{ ...fit.modules[0]!, ...change }] }
}

function reshaped(name: 'a' | 'b', shape: number[], dtype = 'F32'): LoraAdapter {
  const tensors = new Map(fit.checkpoint.tensors)
  const key = fit.modules[0]![name]
  tensors.set(key, { name: key, dtype, shape, sizeBytes: 0 })
  return { ...fit, checkpoint: unreadable(tensors) }
}

function saving(tensor: string, name: string): LoraAdapter {
  return { ...fit, saved: new Map([[tensor, name]]) }
}

const A = 'base_model.model.layer.lora_A.weight'

t.test('an adapter that fits passes, without being read', async t => {
  checkAdapterFits(base, { ...fit, checkpoint: unreadable(fit.checkpoint.tensors) })
  const biased = oneModule(2, [3, 5], { bias: 'bias' }, [tensor('bias', [3], noise(6, 3))])
  checkAdapterFits(base, biased)
  t.equal(biasOf(biased.modules[0]!), 'layer.bias')
  checkAdapterFits(base, oneModule(2, [5, 3], { fanInFanOut: true }))
  checkAdapterFits(base, oneModule(2, [5, 3], { isEmbedding: true }))
  checkAdapterFits(base, {
    ...oneModule(1, [3, 5], {}, [tensor('own', [4], noise(7, 4))]),
    saved: new Map([['norm', 'own']])
  })
})

t.test('a weight may be replaced by the one that its factors are added to', async t => {
  const name = 'base_model.model.layer.base_layer.weight'
  const layer = tensor(name, [3, 5], noise(8, 15))
  const saved = new Map([['layer.weight', name]])
  checkAdapterFits(base, { ...oneModule(2, [3, 5], {}, [layer]), saved })
  const wide = tensor(name, [4, 5], noise(8, 20))
  t.throws(() => checkAdapterFits(base, { ...oneModule(2, [3, 5], {}, [wide]), saved }), {
    code: 'ADAPTER_MISMATCH'
  })
})

t.test('every way in which an adapter is not what its modules say is refused by name', async t => {
  const refused: [LoraAdapter, RegExp][] = [
    [withModule({ rank: 0 }), /"layer" has rank 0/],
    [withModule({ rank: 1.5 }), /"layer" has rank 1.5/],
    [withModule({ rank: 3 }), /lora_A.weight as F32\[2,5\], expected \[3, any\] of rank 3/],
    [withModule({ scaling: Number.NaN }), /"layer" is scaled by NaN/],
    [withModule({ a: 'no' }), /"layer" lacks tensor no/],
    [withModule({ bias: 'no' }), /"layer" lacks tensor no/],
    [withModule({ bias: A }), /expected \[3\]/],
    [withModule({ bias: A, isEmbedding: true }), /"layer" is an embedding with a bias/],
    [reshaped('a', [2, 5, 1, 1]), /as F32\[2,5,1,1\]/],
    [reshaped('a', [2, 0]), /as F32\[2,0\]/],
    [reshaped('b', [3]), /as F32\[3\]/],
    [reshaped('a', [2, 5], 'I8'), /as I8\[2,5\]/],
    [{ ...fit, modules: [fit.modules[0]!, fit.modules[0]!] }, /changes already/],
    [saving('layer.weight', A), /changes already/],
    [saving('norm', 'no'), /"norm" lacks tensor no/]
  ]
  for (const [adapter, message] of refused) {
    t.throws(() => checkAdapter(adapter), { code: 'ADAPTER_MISMATCH', message }, String(message))
  }
})

t.test('every way in which an adapter misses its base is refused by name', async t => {
  const refused: [LoraAdapter, RegExp][] = [
    [withModule({ weight: 'other' }), /"other" is missing in the base base/],
    [withModule({ weight: 'steps' }), /"steps" is I64\[1\]/],
    [withModule({ fanInFanOut: true }), /is BF16\[3,5\].* floats of \[5,3\]/],
    [oneModule(2, [5, 3]), /changes floats of \[5,3\]/],
    [saving('other', A), /"other" is missing/],
    [saving('norm', A), /"norm" is BF16\[4\].*replaces it by F32\[2,5\]/],
    [saving('steps', A), /"steps" is I64/]
  ]
  for (const [adapter, message] of refused) {
    t.throws(() => checkAdapterFits(base, adapter), { code: 'ADAPTER_MISMATCH', message })
  }
  const lonely = memoryCheckpoint({
    name: 'b',
    tensors: [tensor('layer.weight', [3, 5], noise(1, 15))]
  })
  const biased = oneModule(2, [3, 5], { bias: 'bias' }, [tensor('bias', [3], noise(6, 3))])
  t.throws(() => checkAdapterFits(lonely, biased), { message: /"layer.bias" is missing/ })
})

t.test('factors that would fill the memory are refused from their headers', async t => {
  const huge = reshaped('a', [2, 2 ** 27])
  t.throws(() => checkAdapter(huge), { code: 'ADAPTER_TOO_LARGE', message: /module "layer" take/ })
})
