import { buildModel, type Initializer, type Node, type ValueInfo } from '@soup/onnx'

/**
 * Normalised observations are clipped to ± this many standard deviations, as in the code of
 * Salimans et al. 2017 (arXiv:1703.03864): a robot that falls sees values far outside the statistics.
 */
export const OBSERVATION_CLIP = 5

// The first opset whose MatMul, Clip and Tanh are the ones of today, and the oldest file format that
// goes with it: any ONNX Runtime of the last years reads it.
const OPSET = 13
const IR_VERSION = 7

/**
 * Builds the graph of P policies with their weights as inputs, batched over the first axis (ONNX Runtime
 * in Node ignores values given for overridable initializers, so weights can't be initializers):
 *
 *     h_0 = clip((observations − observation.mean) / observation.std)
 *     h_{l+1} = tanh(h_l · layers.l.weight + layers.l.bias),   actions = h_n
 *
 * Inputs, float32: `observations [P, S, I]`, `observation.mean` and `observation.std [P, 1, I]`,
 * `layers.l.weight [P, in, out]`, `layers.l.bias [P, 1, out]`. Output: `actions [P, S, O]`.
 *
 * @param layers widths from observation to action
 * @param populationSize P
 * @param seeds S
 * @returns ONNX protobuf
 */
export function policyGraph(
  layers: readonly number[],
  populationSize: number,
  seeds: number
): Uint8Array {
  const input = layers[0]!
  const output = layers.at(-1)!
  const depth = layers.length - 1
  return buildModel({
    name: 'population-policy',
    irVersion: IR_VERSION,
    opset: OPSET,
    inputs: [
      float32('observations', [populationSize, seeds, input]),
      float32('observation.mean', [populationSize, 1, input]),
      float32('observation.std', [populationSize, 1, input]),
      ...range(depth).flatMap(l => [
        float32(`layers.${l}.weight`, [populationSize, layers[l]!, layers[l + 1]!]),
        float32(`layers.${l}.bias`, [populationSize, 1, layers[l + 1]!])
      ])
    ],
    outputs: [float32('actions', [populationSize, seeds, output])],
    nodes: [...normalise(), ...range(depth).flatMap(l => layer(l, depth))],
    initializers: [scalar('clip.min', -OBSERVATION_CLIP), scalar('clip.max', OBSERVATION_CLIP)]
  })
}

function normalise(): Node[] {
  return [
    node('Sub', ['observations', 'observation.mean'], 'centred'),
    node('Div', ['centred', 'observation.std'], 'scaled'),
    node('Clip', ['scaled', 'clip.min', 'clip.max'], 'hidden.0')
  ]
}

function layer(l: number, depth: number): Node[] {
  const out = l + 1 === depth ? 'actions' : `hidden.${l + 1}`
  return [
    node('MatMul', [`hidden.${l}`, `layers.${l}.weight`], `product.${l}`),
    node('Add', [`product.${l}`, `layers.${l}.bias`], `sum.${l}`),
    node('Tanh', [`sum.${l}`], out)
  ]
}

const range = (n: number): number[] => [...Array(n).keys()]
const node = (op: string, inputs: string[], output: string): Node => ({
  op,
  inputs,
  outputs: [output]
})
const float32 = (name: string, shape: number[]): ValueInfo => ({ name, type: 'float32', shape })

function scalar(name: string, value: number): Initializer {
  const data = new Uint8Array(4)
  new DataView(data.buffer).setFloat32(0, value, true)
  return { name, type: 'float32', shape: [], data }
}
