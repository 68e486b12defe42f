import { parseFront, parsePreference, pickLambda } from '@soup/pareto'
import { table } from '../cli/format.ts'
import { readParsed } from '../library/read-text.ts'
import { type Command, callerCommand } from './command.ts'

/** Far more than a front of a thousand points takes. */
const MAX_FRONT_BYTES = 16_777_216

/** `pick`: chooses λ for a preference. */
export const pick: Command = callerCommand({
  name: 'pick',
  summary: 'choose λ on a measured front for a preference over the rewards',
  args: [{ flags: '<front>', summary: 'the front.json to choose from' }],
  options: [{ flags: '--preference <mu>', summary: 'importances, such as risky=0.3,cautious=0.7' }],
  examples: ['soup-node pick ./front/front.json --preference risky=0.3,cautious=0.7'],
  async run(_context, invocation) {
    const path = invocation.path(invocation.arg(0, 'front'))
    const front = await readParsed(path, MAX_FRONT_BYTES, parseFront)
    const preference = parsePreference(invocation.required('preference'), front.rewards)
    const { experts, rewards } = front
    return { ...pickLambda(front, preference), experts, rewards }
  },
  render({ lambda, experts, rewards, expected, stderr }) {
    const ingredients = experts.map(({ id }, i) => `${id}=${lambda[i]}`)
    return [
      table(
        ['expert', 'reward', 'λ'],
        experts.map(({ id, reward }, i) => [id, reward, lambda[i] ?? 0])
      ),
      ...rewards.map(
        (name, k) => `expected ${name}: ${expected[k]?.toFixed(1)} ± ${stderr[k]?.toFixed(1)}`
      ),
      `Make it with: soup-node soup ${ingredients.join(' ')} --out ./soup`
    ].join('\n')
  }
})
