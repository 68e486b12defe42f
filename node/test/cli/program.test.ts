import t from 'tap'
import { parseLine } from '../../src/cli/program.ts'
import { type Command, callerCommand } from '../../src/commands/command.ts'

function command(name: string, more: Partial<Command> = {}): Command {
  return {
    ...callerCommand({
      name,
      summary: `does ${name}`,
      examples: [`demo ${name}`],
      run,
      render: () => ''
    }),
    ...more
  } as Command
}

async function run(): Promise<void> {}

const commands = [
  command('list'),
  command('base add', {
    args: [{ flags: '<path>', summary: 'a file' }],
    options: [
      { flags: '--name <name>', summary: 'its name' },
      { flags: '--dry-run', summary: 'change nothing' },
      { flags: '--metric <name=value>', summary: 'a number', repeat: true }
    ]
  }),
  command('base list'),
  command('mix', { args: [{ flags: '[what...]', summary: 'what to mix' }] })
]

function parse(...argv: string[]) {
  const written: string[] = []
  const init = { name: 'demo', version: '1.2.3', defaultRepo: () => '/r' }
  const line = parseLine(argv, commands, { ...init, write: text => written.push(text) })
  return { line, text: written.join('') }
}

t.test('parseLine() gives command, arguments and options under their dashed names', async t => {
  const { line } = parse('base', 'add', 'x.bin', '--name', 'n', '--dry-run')
  t.equal(line?.command.name, 'base add')
  t.same(line?.invocation, { args: ['x.bin'], options: { name: 'n', 'dry-run': true } })
  t.same(line?.global, { repo: '/r', json: false, quiet: false, verbose: false })
})

t.test('a repeated option keeps every value in order, over several parses', async t => {
  for (let i = 0; i < 2; i += 1) {
    const { line } = parse('base', 'add', 'x', '--metric', 'a=1', '--metric', 'b=2')
    t.same(line?.invocation.options, { metric: ['a=1', 'b=2'] })
  }
})

t.test('a variadic argument takes none, one or many', async t => {
  t.same(parse('mix').line?.invocation.args, [])
  t.same(parse('mix', 'a').line?.invocation.args, ['a'])
  t.same(parse('mix', 'a', 'b').line?.invocation.args, ['a', 'b'])
})

t.test('global options count before and after the command', async t => {
  const expected = { repo: '/other', json: true, quiet: true, verbose: true }
  const global = ['--repo', '/other', '--json', '--quiet', '--verbose']
  t.same(parse(...global, 'list').line?.global, expected)
  t.same(parse('list', ...global).line?.global, expected)
  t.same(parse('base', ...global, 'list').line?.global, expected)
})

t.test('an argument after -- may begin with a dash', async t => {
  t.same(parse('mix', '--', '-a').line?.invocation.args, ['-a'])
})

t.test('--help and --version are printed and run nothing', async t => {
  t.match(parse('--help'), { line: undefined, text: /does mix/ })
  t.match(parse('--version'), { line: undefined, text: '1.2.3\n' })
  t.match(parse('--help').text, /base +add, list\b/)
  const { text } = parse('base', 'add', '--help')
  t.match(text, '--dry-run')
  t.match(text, '--json')
  t.match(text, '$ demo base add')
})

t.test('help before a command is --help after it', async t => {
  t.same(parse('help', 'base', 'add'), parse('base', 'add', '--help'))
  t.same(parse('help', 'base'), parse('base', '--help'))
  t.same(parse('help'), parse('--help'))
  for (const words of [['nosuch'], ['base', 'nosuch'], ['bas']]) {
    t.throws(() => parse('help', ...words), { code: 'USAGE', message: words.join(' ') })
  }
})

t.test('a mistake is a usage error of one sentence that points to the help', async t => {
  const cases: [string[], RegExp, string?][] = [
    [['nonsense'], /unknown command 'nonsense'/],
    [['lst'], /unknown command 'lst' \(Did you mean list\?\)/],
    [['base', 'nonsense'], /unknown command 'nonsense': one of base add, base list/, 'base'],
    [['base'], /base add, base list/, 'base'],
    [[], /one of list, base add, base list, mix/],
    [['--json'], /one of list, base add, base list, mix/],
    [['list', '--nonsense'], /unknown option '--nonsense'/, 'list'],
    [['list', '--json=1'], /unknown option '--json=1' \(Did you mean --json\?\)/, 'list'],
    [['list', 'excess'], /too many arguments/, 'list'],
    [['--repo', 'mix', 'list', 'excess'], /too many arguments/, 'list'],
    [['base', 'add'], /missing required argument 'path'/, 'base add'],
    [['base', 'add', 'x', '--name'], /argument missing/, 'base add'],
    [['base', 'add', 'x', '--name', ''], /option --name is empty/, 'base add'],
    [['base', 'add', 'x', '--metric', 'a=1', '--metric', ''], /--metric is empty/, 'base add'],
    [
      ['base', 'add', 'x', '--name', 'a', '--name', 'b'],
      /option --name is given more than once: a, b/,
      'base add'
    ],
    [['--repo', 'a', 'list', '--repo', 'a'], /--repo is given more than once: a, a/, 'list'],
    [['list', '--repo', ''], /option --repo is empty/, 'list'],
    [['--repo=', 'list'], /option --repo is empty/, 'list']
  ]
  for (const [argv, message, command] of cases) {
    const title = `demo ${argv.join(' ')}`
    const help = ['demo', ...(command === undefined ? [] : [command]), '--help'].join(' ')
    t.throws(() => parse(...argv), { code: 'USAGE', message }, title)
    t.throws(() => parse(...argv), { message: new RegExp(`^.+ \\(see ${help}\\)$`) }, title)
  }
})
