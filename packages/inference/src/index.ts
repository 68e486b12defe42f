/**
 * ONNX Runtime sessions with the weights injected as graph inputs, and populations of small policies
 * evaluated as one batched product.
 *
 * ONNX Runtime's `run()` blocks its thread: use a session inside a worker. **Never terminate a worker
 * while its session runs**, nor call `process.exit` meanwhile: ONNX Runtime's binding then throws in a thread
 * that is being torn down, and the whole process aborts (SIGABRT). Ask the worker to stop, let it close its
 * session and wait until it has ended. An idle session does no harm, closed or not.
 *
 * @packageDocumentation
 */
export { InferenceError, type InferenceErrorCode } from './errors.ts'
export { OBSERVATION_CLIP } from './policy-graph.ts'
export { type PolicyTensor, type PolicyTensors, policyTensors } from './policy-tensors.ts'
export {
  type PopulationPolicy,
  type PopulationPolicyInit,
  populationPolicy
} from './population-policy.ts'
export { checkPolicy, readPolicy } from './read-policy.ts'
export { createSession, type Session } from './session.ts'
