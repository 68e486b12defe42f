import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import {
  type BaseRecord,
  type ExpertRecord,
  type RecipeRecord,
  type TensorEntry,
  tensorsId
} from '@soup/manifest'

/** A key that depends on one byte. */
export function key(seed: number): Promise<Ed25519PrivateKey> {
  return generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(seed))
}

/** Tensors, not in the order of their names. */
export const tensors: TensorEntry[] = [
  { name: 'layers.1.weight', dtype: 'F32', shape: [2, 3], sha256: '22'.repeat(32) },
  { name: 'layers.0.weight', dtype: 'BF16', shape: [], sha256: '11'.repeat(32) },
  { name: 'obs.mean', dtype: 'F64', shape: [0, 17], sha256: '33'.repeat(32) }
]

const RAW_ROOT = 'bafkreif2pall7dybz7vecqka3zo24irdwabwdi4wc55jznaq75q7eaavvu'

/** A base with every field. */
export const base: BaseRecord = {
  kind: 'base',
  v: 1,
  base: tensorsId(tensors),
  name: 'runner',
  license: 'Apache-2.0',
  tensors,
  bytes: 1234,
  payload: { root: RAW_ROOT, bytes: 3 },
  created: 1_750_000_000_000
}

/** An expert with every field. */
export const expert: ExpertRecord = {
  kind: 'expert',
  v: 1,
  base: base.base,
  result: tensorsId(tensors.slice(1)),
  reward: { name: 'risky', description: 'forward velocity\nand nothing else' },
  name: 'sprinter',
  description: 'falls often',
  codec: 'exact',
  payload: { root: RAW_ROOT, bytes: 3 },
  bytes: 1234,
  trainer: { method: 'es', sigma: 0.02, seeds: [1, 2], nested: { on: true, off: null } },
  metrics: { risky: 1401.5, cautious: -72 },
  license: 'MIT',
  created: 1_750_000_000_001,
  supersedes: base.base
}

/** A recipe with every field. */
export const recipe: RecipeRecord = {
  kind: 'recipe',
  v: 1,
  base: base.base,
  method: 'linear',
  ingredients: [
    { expert: expert.result, lambda: 0.30000000000000004 },
    { expert: base.base, lambda: 1 }
  ],
  dtype: 'F32',
  extrapolate: true,
  sha256: 'ab'.repeat(32)
}

/** A recipe with every field that only some operators have, and a soup among its ingredients. */
export const soupOfSoups: RecipeRecord = {
  kind: 'recipe',
  v: 1,
  base: base.base,
  method: 'dare-ties',
  parameters: { density: 0.2, seed: 7 },
  tensorLambda: [{ glob: 'layers.*', lambda: [0.5, -1] }],
  fisher: ['cd'.repeat(32), 'ef'.repeat(32)],
  ingredients: [{ recipe }, { expert: base.base, lambda: 0.5 }],
  sha256: 'ab'.repeat(32)
}
