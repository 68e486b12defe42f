import { hash } from 'node:crypto'
import {
  type BaseRecord,
  chunkCid,
  type ExpertRecord,
  type SignedRecord,
  signRecord,
  tensorsId
} from '@soup/manifest'
import { seededBytes, testKey } from './seeded.ts'

/** A day in 2025: fixtures know no clock. */
const CREATED_MS = 1_750_000_000_000

function tensors(seed: number | string) {
  const sha256 = hash('sha256', seededBytes(seed, 64), 'hex')
  return [{ name: 'w', dtype: 'F32', shape: [16], sha256 }]
}

/**
 * A base record with one tensor, signed by the key of the same seed.
 *
 * @param fields replace those of the fixture
 */
export async function signedBase(
  seed: number | string,
  fields: Partial<BaseRecord> = {}
): Promise<SignedRecord<BaseRecord>> {
  const record: BaseRecord = {
    kind: 'base',
    v: 1,
    base: tensorsId(tensors(seed)),
    name: `base ${seed}`,
    tensors: tensors(seed),
    bytes: 144,
    created: CREATED_MS,
    ...fields
  }
  return signRecord(record, await testKey(seed))
}

/**
 * An expert record over the base of {@link signedBase}, with a payload of 1,000 seeded bytes.
 *
 * @param seed of the expert: its key, payload and name
 * @param base the base id
 * @param fields replace those of the fixture
 */
export async function signedExpert(
  seed: number | string,
  base: string,
  fields: Partial<ExpertRecord> = {}
): Promise<SignedRecord<ExpertRecord>> {
  const payload = seededBytes(seed, 1000)
  const record: ExpertRecord = {
    kind: 'expert',
    v: 1,
    base,
    result: tensorsId(tensors(`expert ${seed}`)),
    reward: { name: `reward ${seed}` },
    name: `expert ${seed}`,
    codec: 'exact',
    payload: { root: await chunkCid(payload), bytes: payload.length },
    bytes: 144,
    created: CREATED_MS,
    ...fields
  }
  return signRecord(record, await testKey(seed))
}
