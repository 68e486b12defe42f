/**
 * Private: compliance suites, seeded fixtures and loopback networks for the tests of several packages.
 *
 * Everything here is a function of its arguments: no ambient randomness, no clock.
 *
 * @packageDocumentation
 */
export { memorySource } from './memory-source.ts'
export { signedBase, signedExpert } from './records.ts'
export { seededBytes, testKey } from './seeded.ts'
export {
  type StoreFactory,
  type StoreUnderTest,
  storeCompliance
} from './store-compliance.ts'
