import t from 'tap'
import { MAX_COMPANION_BYTES } from '../../src/limits.ts'
import {
  encodeFileList,
  isAllowed,
  type ListedFile,
  readFileList
} from '../../src/model/file-list.ts'
import type { ModelLayout } from '../../src/model/model.ts'
import { JsonScanner } from '../../src/safetensors/json-scanner.ts'

const SHA = 'ab'.repeat(32)
const FOLDER: ModelLayout = { kind: 'folder', shards: [] }
const read = (json: string, layout = FOLDER) =>
  readFileList(new JsonScanner(json, 'it', problem => new Error(problem)), layout)
const listed = (fileName: string, sizeBytes = 1, sha256 = SHA): ListedFile => ({
  fileName,
  sizeBytes,
  sha256
})

t.test('a list is written sorted and read back', async t => {
  const files = [listed('vocab.txt', 3), listed('config.json')]
  t.strictSame(read(encodeFileList(files)), [...files].reverse())
  t.strictSame(read('[]'), [])
})

t.test('only what goes with weights is allowed, and the graph of an ONNX model', async t => {
  t.ok(isAllowed('config.json', FOLDER))
  t.notOk(isAllowed('a.onnx', FOLDER))
  t.ok(isAllowed('a.onnx', { kind: 'onnx', graph: 'a.onnx' }))
  t.notOk(isAllowed('b.onnx', { kind: 'onnx', graph: 'a.onnx' }))
})

t.test('the configuration of an adapter is allowed beside an adapter only', async t => {
  t.ok(isAllowed('adapter_config.json', { kind: 'adapter' }))
  for (const layout of [FOLDER, { kind: 'file' }, { kind: 'onnx', graph: 'a.onnx' }] as const) {
    t.notOk(isAllowed('adapter_config.json', layout), layout.kind)
  }
})

const MALFORMED: Record<string, [list: unknown, message: RegExp]> = {
  'no list': [{}, /expected \[/],
  'a file of no object': [['config.json'], /expected \{/],
  'a missing field': [[{ fileName: 'config.json', sizeBytes: 1 }], /needs fileName, sizeBytes and/],
  'an unknown field': [[{ ...listed('config.json'), mode: 1 }], /"mode" of a file is unknown/],
  'a path': [[listed('../config.json')], /without separators/],
  'a name of the folder above': [[listed('..')], /without separators/],
  code: [[listed('modeling.py')], /"modeling.py" is none that goes with/],
  'the configuration of an adapter beside a whole model': [
    [listed('adapter_config.json')],
    /"adapter_config.json" is none that goes with/
  ],
  'the graph of another kind': [[listed('a.onnx')], /none that goes with/],
  'a file of many bytes': [[listed('config.json', MAX_COMPANION_BYTES + 1)], /at most 67108864/],
  'files of many bytes together': [
    ['config.json', 'merges.txt', 'vocab.txt'].map(name => listed(name, MAX_COMPANION_BYTES)),
    /its files have more than 134217728/
  ],
  'a negative size': [[listed('config.json', -1)], /whole number/],
  'a hash of upper case': [[listed('config.json', 1, SHA.toUpperCase())], /64 hex digits/],
  'a short hash': [[listed('config.json', 1, 'ab')], /64 hex digits/],
  'a file twice': [[listed('config.json'), listed('config.json')], /comes twice/],
  'files out of order': [[listed('vocab.txt'), listed('config.json')], /out of order/]
}

for (const [what, [list, message]] of Object.entries(MALFORMED)) {
  t.test(`readFileList() refuses ${what}`, async t => {
    t.throws(() => read(JSON.stringify(list)), { message })
  })
}

t.test('a field that comes twice is refused', async t => {
  t.throws(() => read('[{"fileName":"config.json","fileName":"vocab.txt"}]'), {
    message: /comes twice/
  })
})
