import { table } from '../cli/format.ts'
import { allMethods } from '../library/methods.ts'
import { type Command, callerCommand } from './command.ts'

/** `methods`: the merging operators that this version has. */
export const methods: Command = callerCommand({
  name: 'methods',
  summary: 'list the methods of soup-node soup, with their settings',
  examples: ['soup-node methods'],
  run: async () => allMethods(),
  render: list =>
    table(
      ['method', 'settings', ''],
      list.map(({ name, summary, parameters }) => [
        name,
        parameters.map(each => `${each.name}=${each.default ?? '...'}`).join(' '),
        summary
      ])
    )
})
