/** The work of test threads: doubles numbers, fails or waits when told so. */
import type { TeamMember } from '../../src/team/team.ts'

export interface Doubling {
  numbers: readonly number[]
  failAt?: number
  dieAt?: number
}

export async function begin(
  { numbers, failAt, dieAt }: Doubling,
  check: () => void
): Promise<TeamMember<number>> {
  return {
    run: async index => {
      if (index === failAt) throw Object.assign(new RangeError(`no ${index}`))
      if (index === dieAt) process.exit(3)
      check()
      return 2 * numbers[index]!
    },
    end: async () => {}
  }
}
