import t from 'tap'
import { callerCommand, nodeCommand } from '../../src/commands/command.ts'
import { commands } from '../../src/commands/index.ts'
import { onNode } from '../../src/commands/on-node.ts'

t.test('a command keeps what it declares and where it runs', async t => {
  const shape = { name: 'x', summary: 'does x', examples: [], render: String }
  t.match(callerCommand({ ...shape, run: async () => 1 }), { name: 'x', needs: 'caller' })
  const command = nodeCommand({ ...shape, needs: 'network', run: async () => 1 })
  t.match(command, { name: 'x', needs: 'network' })
})

t.test(
  'every command has its own name, a summary and an example that begins with its name',
  async t => {
    t.equal(new Set(commands.map(({ name }) => name)).size, commands.length)
    for (const { name, summary, examples } of commands) {
      t.match(summary, /^[a-z].*[^.]$/, name)
      t.ok(examples.length > 0, name)
      for (const example of examples) t.ok(example.startsWith(`soup-node ${name}`), example)
    }
  }
)

t.test('the daemon runs exactly the commands on a node', async t => {
  t.same(
    onNode.map(({ name }) => name),
    commands.filter(({ needs }) => needs !== 'caller').map(({ name }) => name)
  )
})

t.test('every command of this version is there', async t => {
  t.same(
    commands
      .map(({ name }) => name.split(' ')[0])
      .filter((name, i, all) => all.indexOf(name) === i)
      .sort(),
    [
      ...[
        'base',
        'checkout',
        'connect',
        'evaluate',
        'experts',
        'finetune',
        'fisher',
        'front',
        'init',
        'methods',
        'peers'
      ],
      ...['pick', 'publish', 'pull', 'show', 'soup', 'start', 'status', 'tasks']
    ]
  )
})
