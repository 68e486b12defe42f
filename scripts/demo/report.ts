import type { Front } from '@soup/pareto'

/** One payload that the user pulled. */
export interface Pulled {
  id: string
  kind: string
  bytes: number
  providers: { peer: string; bytes: number; rejected: number }[]
}

/** Everything that the demo measured. */
export interface DemoResult {
  front: Front & { out: string }
  pick: {
    preference: Record<string, number>
    lambda: number[]
    expected: number[]
    stderr: number[]
  }
  soup: { out: string; sha256: string; recipe: string; bytes: number }
  pulled: Pulled[]
  peers: { name: string; peerId: string }[]
  seconds: number
}

/** @returns the closing tables of the demo, and the sentence that says what they show */
export function report(result: DemoResult): string {
  return [
    '',
    traffic(result),
    '',
    points(result.front),
    '',
    indicators(result.front),
    choice(result),
    '',
    conclusion(result),
    `Look at ${result.front.out}/front.html; the soup is ${result.soup.out}/model.safetensors`
  ].join('\n')
}

function traffic({ pulled, peers, soup, front }: DemoResult): string {
  const rows = peers.map(({ name, peerId }) => [name, ...pulled.map(p => sent(p, peerId))])
  const titles = pulled.map(({ id }) => {
    const expert = front.experts.find(each => each.id === id)
    return expert === undefined ? 'base' : `${expert.reward} delta`
  })
  const head = ['sent to the user by', ...titles]
  const full = ['full model', ...pulled.map(() => `${soup.bytes} B`)]
  return columns([head, ...rows, full])
}

function sent({ providers }: Pulled, peerId: string): string {
  const bytes = providers.find(({ peer }) => peer === peerId)?.bytes ?? 0
  return `${bytes} B`
}

function points({ rewards, points: measured }: Front): string {
  const rows = measured.map(({ kind, lambda, rewards: r }) => [
    kind,
    ...(kind === 'base' ? lambda.map(() => '') : lambda.map(l => l.toFixed(1))),
    ...r.map(({ mean, stderr }) => `${mean.toFixed(1)} ± ${stderr.toFixed(1)}`)
  ])
  const head = ['', ...measured[0]!.lambda.map((_, i) => `λ ${rewards[i]}`), ...rewards]
  return columns([head, ...rows])
}

function indicators({
  indicators: { hypervolume, reference, chordViolations },
  points: all
}: Front): string {
  const soups = all.filter(({ kind }) => kind === 'soup').length
  const origin = reference.map(value => value.toFixed(1)).join(', ')
  return (
    `Hypervolume above (${origin}): ${hypervolume?.toFixed(0)}. ` +
    `Soups more than two standard errors below the chord: ${chordViolations} of ${soups}.`
  )
}

function choice({ pick, front: { rewards } }: DemoResult): string {
  const wanted = rewards.map(name => `${name} ${pick.preference[name]}`).join(', ')
  const expected = rewards.map(
    (name, k) => `${name} ${pick.expected[k]!.toFixed(1)} ± ${pick.stderr[k]!.toFixed(1)}`
  )
  return `For the preference ${wanted} the pick is λ = (${pick.lambda.join(', ')}): ${expected.join(', ')}.`
}

function conclusion({ front, pick, pulled, soup, seconds }: DemoResult): string {
  const deltas = pulled.filter(({ kind }) => kind === 'expert')
  const share = deltas.reduce((sum, { bytes }) => sum + bytes, 0) / (deltas.length * soup.bytes)
  const isBetween = pick.lambda.every(value => value < 1)
  const { chordViolations } = front.indicators
  return (
    `In ${seconds.toFixed(0)} s two members turned one base into experts on private rewards and sent deltas of ` +
    `${(100 * share).toFixed(1)} % of the full models' size${share < 1 ? '' : SMALL_MODEL}; ` +
    'a third mixed them without a server, ' +
    (chordViolations === 0
      ? 'every soup lay on or above the chord between the experts within two standard errors, '
      : `${chordViolations} soups fell below the chord between the experts, `) +
    `and its preference chose ${isBetween ? 'a soup that nobody had trained' : 'one of the experts as it is'}.`
  )
}

/** Said when it is so, because a reader would take it for a failure of the codec. */
const SMALL_MODEL = ' (in a policy this small, hashes and headers outweigh what the codec saves)'

function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map(row => row[i]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')
  return rows.map(line).join('\n')
}
