/**
 * The main job end to end, with separate operating-system processes that share no file: a coordinator, a
 * founder, two contributors and a user. Options: `--out DIR`, `--seed N`, `--keep`.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { tasks } from '@soup/tasks'
import { type Daemon, type Member, startMember, startProgram } from '@soup/testing'
import { type DemoResult, type Pulled, report } from './demo/report.ts'

const NODE = fileURLToPath(new URL('../node/bin/soup-node.js', import.meta.url))
const COORDINATOR = fileURLToPath(
  new URL('../coordinator/bin/soup-coordinator.js', import.meta.url)
)
const TASK = tasks.get('locomotion')!
const PREFERENCE = 'risky=0.5,cautious=0.5'

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'demo-out' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false }
  }
})
if (!/^\d{1,9}$/.test(values.seed)) {
  console.error(`--seed wants a whole number below 1,000,000,000, got '${values.seed}'`)
  process.exit(2)
}

const began = performance.now()
const folder = await mkdtemp(join(tmpdir(), 'soup-demo-'))
const controller = new AbortController()
const running: { stop(): Promise<number | null> }[] = []
process.on('SIGINT', () => controller.abort()).on('SIGTERM', () => controller.abort())

try {
  const result = await demo(Number(values.seed), resolve(values.out))
  console.log(report(result))
} catch (error) {
  console.error(`The demo failed: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
} finally {
  await Promise.allSettled(running.map(member => member.stop()))
  if (values.keep) console.log(`The members' folders are kept in ${folder}`)
  else await rm(folder, { recursive: true, force: true })
}

async function demo(seed: number, out: string): Promise<DemoResult> {
  await mkdir(out, { recursive: true })
  const coordinator = await startCoordinator()
  const [bootstrap] = coordinator.ready.addresses
  const start = (name: string): Promise<Member> => startNewcomer(name, bootstrap!)
  const founder = await start('founder')
  const base = await publishBase(founder)
  const contributors = await Promise.all([start('risky'), start('cautious')])
  await Promise.all(contributors.map((member, i) => contribute(member, base, seed + i)))
  const user = await start('user')
  const experts = await findExperts(user, base)
  say('The coordinator is stopped: from here on the peers are alone')
  await coordinator.stop()
  const pulled = await pullAll(user, base, experts)
  return await cook(user, experts, pulled, [founder, ...contributors], out)
}

function say(text: string): void {
  const seconds = ((performance.now() - began) / 1_000).toFixed(0).padStart(4)
  console.log(`${seconds} s  ${text}`)
}

async function startCoordinator(): Promise<Daemon<{ addresses: string[] }>> {
  const coordinator = await startProgram<{ addresses: string[] }>(
    COORDINATOR,
    ['start', '--repo', join(folder, 'coordinator'), '--listen', '/ip4/127.0.0.1/tcp/0', '--json'],
    logOf('coordinator')
  )
  running.push(coordinator)
  say(`A coordinator runs at ${coordinator.ready.addresses[0]}`)
  return coordinator
}

/** Someone joins who is told nothing but the coordinator's address. */
async function startNewcomer(name: string, bootstrap: string): Promise<Member> {
  const options = { program: NODE, folder, bootstrap: [bootstrap], ...logOf(name) }
  const member = await startMember(name, options)
  running.push(member)
  say(`${name} joins as ${member.peerId}`)
  return member
}

function logOf(name: string): { log: (line: string) => void; signal: AbortSignal } {
  return { log: line => console.log(`      ${name}: ${line}`), signal: controller.signal }
}

async function publishBase(founder: Member): Promise<string> {
  const { id, bytes } = await founder.run<{ id: string; bytes: number }>(
    ...['base', 'add', fileURLToPath(TASK.baseUrl)],
    ...['--name', 'planar-runner', '--license', 'Apache-2.0', '--share']
  )
  say(`founder publishes the pre-trained base (${bytes} bytes): ${id}`)
  return id
}

/** A contributor learns of the base from the network, fine-tunes on a reward of its own, publishes the delta. */
async function contribute(member: Member, base: string, seed: number): Promise<void> {
  await member.run('pull', base)
  say(`${member.name} has the base and fine-tunes on its private reward, seed ${seed}`)
  const expert = join(member.folder, 'expert.safetensors')
  await member.run(
    ...['finetune', TASK.name, '--reward', member.name, '--out', expert],
    ...['--seed', String(seed), '--workers', '1']
  )
  const { bytes } = await member.run<{ bytes: { full: number; payload: number } }>(
    ...['publish', expert, '--base', base, '--reward', member.name]
  )
  say(`${member.name} publishes ${bytes.payload} bytes of delta for ${bytes.full} bytes of model`)
}

async function findExperts(user: Member, base: string): Promise<string[]> {
  const found = await user.run<{ id: string; reward: string }[]>('experts', '--base', base)
  const ids = TASK.rewards.map(({ name }) => found.find(({ reward }) => reward === name)?.id)
  const experts = ids.filter(id => id !== undefined)
  if (experts.length !== TASK.rewards.length) throw new Error('the user did not find every expert')
  say(`user, told only the coordinator's address, finds ${found.length} experts`)
  return experts
}

async function pullAll(user: Member, base: string, experts: string[]): Promise<Pulled[]> {
  const pulled = await user.run<Pulled[]>('pull', base, ...experts)
  say('user has pulled the base and both experts from their peers, every chunk verified')
  return pulled
}

async function cook(
  user: Member,
  experts: string[],
  pulled: Pulled[],
  peers: Member[],
  out: string
): Promise<DemoResult> {
  const frontFolder = join(out, 'front')
  const soupFolder = join(out, 'soup')
  await Promise.all(
    [frontFolder, soupFolder].map(path => rm(path, { recursive: true, force: true }))
  )
  say('user builds and measures 11 soups')
  const front = await user.run<DemoResult['front']>(
    ...['front', ...experts, '--task', TASK.name, '--out', frontFolder]
  )
  const pick = await user.run<DemoResult['pick']>(
    ...['pick', join(frontFolder, 'front.json'), '--preference', PREFERENCE]
  )
  const ingredients = experts.map((id, i) => `${id}=${pick.lambda[i]}`)
  const soup = await user.run<DemoResult['soup']>('soup', ...ingredients, '--out', soupFolder)
  say('user has the soup of its preference')
  return { front, pick, soup, pulled, peers, seconds: (performance.now() - began) / 1_000 }
}
