import { chunkCid, type ExpertRecord, signRecord, tensorsId } from '@soup/manifest'
import type { SoupNode } from '../node.ts'
import type { ExpertFields } from './publish-expert.ts'

/** What any base or expert could be called. */
const NO_WORDS: ExpertFields = {
  reward: 'reward',
  name: undefined,
  description: undefined,
  metrics: undefined,
  license: undefined,
  supersedes: undefined
}

/**
 * Checks what a publisher says about a model before the model is read, which may take an hour: by signing a
 * record that says it of nothing.
 *
 * @throws ManifestError RECORD_INVALID naming the field
 */
export async function checkWords(node: SoupNode, words: Partial<ExpertFields>): Promise<void> {
  const { reward, ...fields } = { ...NO_WORDS, ...words }
  const nothing = { id: tensorsId([]), root: await chunkCid(new Uint8Array()) }
  const record: ExpertRecord = {
    kind: 'expert',
    v: 1,
    base: nothing.id,
    result: nothing.id,
    reward: { name: reward },
    ...fields,
    codec: 'exact',
    payload: { root: nothing.root, bytes: 0 },
    bytes: 0,
    created: 0
  }
  await signRecord(record, node.privateKey)
}
