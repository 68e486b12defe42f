/**
 * Private: compliance suites, seeded fixtures and loopback networks for the tests of several packages.
 *
 * Fixtures are functions of their arguments: no ambient randomness, no clock. Programs run as real
 * operating-system processes.
 *
 * @packageDocumentation
 */

export { codeOf } from './coded.ts'
export { type Member, type MemberOptions, startMember } from './member.ts'
export { memorySource } from './memory-source.ts'
export { type Draw, mutateBytes, mutateJson, seededDraw } from './mutate.ts'
export {
  type Daemon,
  type Exit,
  type ProgramOptions,
  runOnFullDisk,
  runProgram,
  runToExit,
  startProgram
} from './programs.ts'
export { signedBase, signedExpert } from './records.ts'
export { seededBytes, testKey } from './seeded.ts'
export { storeCompliance } from './store-compliance/index.ts'
export type { StoreFactory, StoreUnderTest } from './store-compliance/store-under-test.ts'
