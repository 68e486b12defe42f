/** Opens a model in any thread. */
export { openModel as openCheckpoint } from '../../src/model/open-model.ts'
