import { SoupError } from '@soup/interface'
import { chunkCid, type ExpertRecord, signRecord, tensorsId } from '@soup/manifest'
import { UsageError } from '../errors.ts'
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
 * Checks what a publisher's options say about a model before the model is read, which may take an hour: by
 * signing a record that says it of nothing.
 *
 * @throws UsageError naming the option, what was expected and what came
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
  await signRecord(record, node.privateKey).catch((error: unknown) => {
    throw asUsage(error)
  })
}

/** Everything but the words is right, so the field that is wrong came from an option. */
function asUsage(error: unknown): unknown {
  if (!(error instanceof SoupError) || error.code !== 'RECORD_INVALID') return error
  const { field, expected, got } = error.details
  const [, word] = /^(?:a name in )?(\w+)/.exec(String(field)) ?? []
  const option = word === 'metrics' ? 'metric' : word
  return new UsageError(`Option --${option}: expected ${expected}, got ${got}`, { field, expected })
}
