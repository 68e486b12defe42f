import { fileURLToPath } from 'node:url'
import { tasks as allTasks } from '@soup/tasks'
import { table } from '../cli/format.ts'
import { type Command, callerCommand } from './command.ts'

/** `tasks`: the experiments that this version can run. */
export const tasks: Command = callerCommand({
  name: 'tasks',
  summary: 'list the tasks that this version can evaluate and fine-tune on',
  examples: ['soup-node tasks'],
  run: async () =>
    [...allTasks.values()].map(({ name, description, rewards, baseUrl }) => ({
      name,
      description,
      rewards,
      base: fileURLToPath(baseUrl)
    })),
  render: list =>
    list
      .map(task => {
        const rewards = task.rewards.map(reward => [reward.name, reward.unit, reward.description])
        return `${task.name}: ${task.description}\n  base: ${task.base}\n${table(['reward', 'unit', ''], rewards)}`
      })
      .join('\n\n')
})
