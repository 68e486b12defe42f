import t from 'tap'
import { modelFileNames } from '../../src/model/model-file-names.ts'
import { model } from './folders.ts'

const FILES = { 'config.json': '{}' }

t.test('modelFileNames() lists weights, their index and companion files', async t => {
  const shard = (fileName: string, ...tensors: string[]) => ({ fileName, tensors })
  const single = { kind: 'folder', shards: [shard('model.safetensors', 'a')] } as const
  const shards = [shard('x-1.safetensors', 'a'), shard('x-2.safetensors')]
  const names = (layout: Parameters<typeof model>[2]) =>
    modelFileNames(model({ a: 1 }, FILES, layout))
  t.strictSame(names(single), ['model.safetensors', 'config.json'])
  t.strictSame(names({ kind: 'folder', shards }), [
    'x-1.safetensors',
    'x-2.safetensors',
    'model.safetensors.index.json',
    'config.json'
  ])
  t.strictSame(names({ kind: 'adapter' }), ['adapter_model.safetensors', 'config.json'])
  t.strictSame(names({ kind: 'file' }), [])
})

t.test(
  'modelFileNames() lists an ONNX file and the files beside it that hold its weights',
  async t => {
    const layout = { kind: 'onnx', graph: 'a.onnx' } as const
    const graph = model({ a: 1 }, { 'a.onnx': '' }, layout)
    t.strictSame(modelFileNames(graph), ['a.onnx'])
    const externalFiles = ['a.onnx.data', 'sub/b']
    t.strictSame(modelFileNames({ ...graph, externalFiles }), ['a.onnx', ...externalFiles])
  }
)
