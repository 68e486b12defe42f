/**
 * Writes docs/limits.md: every named limit with its value and its reason, as the `limits.ts` files have them.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = new URL('../', import.meta.url)
const SOURCES = ['packages/*/src/**/limits.ts', 'node/src/**/limits.ts']

/** Where the page lies. */
export const LIMITS_PAGE: string = fileURLToPath(new URL('docs/limits.md', ROOT))

const HEAD = `# Limits

Every number that bounds what this program takes, keeps or waits for, by the file that owns it. Made by
\`npm run docs:limits\` from those files; a test fails when the page is not what they say. No limit can be set from outside:
whoever needs another changes it where it stands, with its reason.
`

/** A constant with the comment before it. */
const CONSTANT = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport const ([A-Z0-9_]+)/g

/** @returns the page as the sources make it */
export async function limitsPage(): Promise<string> {
  const files = SOURCES.flatMap(pattern => globSync(pattern, { cwd: fileURLToPath(ROOT) })).sort()
  const sections: string[] = []
  for (const file of files) sections.push(await section(file))
  return [HEAD, ...sections].join('\n')
}

async function section(file: string): Promise<string> {
  const url = new URL(file, ROOT)
  const values = (await import(url.href)) as Record<string, unknown>
  const reasons = new Map(
    [...readFileSync(url, 'utf8').matchAll(CONSTANT)].map(([, text, name]) => [name!, prose(text!)])
  )
  const rows = Object.keys(values).map(name => [name, shown(values[name]), reasons.get(name)])
  const bare = rows.find(([, , reason]) => reason === undefined)
  if (bare !== undefined) throw new Error(`${file}: ${bare[0]} has no reason`)
  const order = [...reasons.keys()]
  rows.sort(([a], [b]) => order.indexOf(a!) - order.indexOf(b!))
  const lines = rows.map(([name, value, reason]) => `| \`${name}\` | ${value} | ${reason} |`)
  return [`## ${file}`, '', '| limit | value | why |', '|---|---|---|', ...lines, ''].join('\n')
}

/** A comment as the text that it is. */
function prose(comment: string): string {
  return comment
    .replace(/^\s*\* ?/gm, '')
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/\|/g, '\\|')
    .replace(/\s+/g, ' ')
    .trim()
}

function shown(value: unknown): string {
  return typeof value === 'number' && Number.isInteger(value)
    ? value.toLocaleString('en-US')
    : String(value)
}

if (import.meta.main) writeFileSync(LIMITS_PAGE, await limitsPage())
