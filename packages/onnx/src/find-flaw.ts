import type { Initializer, OnnxModel, ValueInfo } from './model.ts'
import { tensorTypes } from './tensor-type.ts'

/**
 * Looks for a contradiction in a model: names are unique, nodes read only values made before them
 * (https://github.com/onnx/onnx/blob/main/docs/IR.md: graphs are in static single assignment form and
 * topologically sorted), outputs exist, data fill their shapes.
 *
 * @returns what is wrong, or undefined
 */
export function findFlaw(model: OnnxModel): string | undefined {
  const version = [model.irVersion, model.opset].find(x => !Number.isSafeInteger(x) || x < 1)
  if (version !== undefined) return `version ${version} is not a positive integer`
  const made = new Set<string>()
  return (
    flawOfConstants(model, made) ??
    flawOfNodes(model, made) ??
    model.outputs.map(output => flawOfOutput(output, made)).find(flaw => flaw !== undefined)
  )
}

function flawOfConstants(model: OnnxModel, made: Set<string>): string | undefined {
  for (const value of [...model.inputs, ...model.initializers]) {
    const flaw = define(value.name, made) ?? flawOfShape(value)
    if (flaw !== undefined) return flaw
  }
  return model.initializers.map(flawOfData).find(flaw => flaw !== undefined)
}

function flawOfNodes(model: OnnxModel, made: Set<string>): string | undefined {
  for (const node of model.nodes) {
    const missing = node.inputs.find(name => name !== '' && !made.has(name))
    if (missing !== undefined)
      return `node ${node.op} reads ${missing}, which nothing before it makes`
    for (const name of node.outputs) {
      const flaw = name === '' ? undefined : define(name, made)
      if (flaw !== undefined) return flaw
    }
  }
  return undefined
}

function define(name: string, made: Set<string>): string | undefined {
  if (name === '') return 'a value has no name'
  if (made.has(name)) return `the name ${name} is given twice`
  made.add(name)
  return undefined
}

function flawOfOutput(output: ValueInfo, made: Set<string>): string | undefined {
  return made.has(output.name) ? flawOfShape(output) : `nothing makes the output ${output.name}`
}

function flawOfShape({
  name,
  shape
}: {
  name: string
  shape: ValueInfo['shape']
}): string | undefined {
  const size = shape.find(x => typeof x === 'number' && (!Number.isSafeInteger(x) || x < 0))
  return size === undefined ? undefined : `${name} has a dimension of ${size}`
}

function flawOfData({ name, type, shape, data }: Initializer): string | undefined {
  // A product beyond 2^53 loses digits but can't come back to the length of a buffer; a zero factor
  // makes it zero wherever it stands.
  const expected = shape.reduce((product, size) => product * size, tensorTypes[type].sizeBytes)
  return expected === data.length
    ? undefined
    : `${name} needs ${expected} bytes for its shape [${shape}] of ${type}, but has ${data.length}`
}
