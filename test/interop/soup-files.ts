/** Writes the soup of model files into a folder, nothing around it: `soup-files.ts OUT BASE EXPERT...`, equal λ. */
import { mkdir } from 'node:fs/promises'
import { planFile, writeCheckpoint } from '@soup/tensor'
import type { SoupOfFiles } from './openers/soup-of-files.ts'

const [out, base, ...experts] = process.argv.slice(2) as [string, string, ...string[]]
const module = new URL('openers/soup-of-files.ts', import.meta.url).href
const input: SoupOfFiles = { base, experts }
await mkdir(out)
await writeCheckpoint({ module, input }, out, checkpoint => [planFile(checkpoint)])
