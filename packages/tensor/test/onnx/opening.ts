/** How writers open the ONNX files of the tests. */
export { openOnnx as openCheckpoint } from '../../src/onnx/open-onnx.ts'
