import type { ErrorJson } from '@soup/interface'

/** Exit codes that scripts rely on. */
export const EXIT: {
  readonly done: 0
  readonly failed: 1
  readonly usage: 2
  readonly notFound: 3
  readonly unverified: 4
  readonly network: 5
} = { done: 0, failed: 1, usage: 2, notFound: 3, unverified: 4, network: 5 }

/** Which error codes mean more than plain failure. A code that stands nowhere here exits with 1. */
export const CODES: readonly (readonly [exit: number, codes: readonly string[]])[] = [
  [
    EXIT.usage,
    [
      'USAGE',
      'BASE_AMBIGUOUS',
      'BASES_DIFFER',
      'EXCHANGE_BAD_ADDRESS',
      'ID_AMBIGUOUS',
      'NOT_A_BASE',
      'NOT_AN_EXPERT',
      'PREFERENCE_INVALID',
      'MIX_INVALID',
      'REWARD_UNKNOWN',
      'CODEC_UNFIT',
      'SHARD_SIZE',
      'SOUP_DTYPE',
      'SOUP_EXPERTS',
      'SOUP_FISHER',
      'SOUP_GLOB',
      'SOUP_LAMBDA',
      'SOUP_METHOD',
      'SOUP_PARAMETER',
      'TICKET_INVALID'
    ]
  ],
  [
    EXIT.notFound,
    [
      'BASE_MISSING',
      'FILE_NOT_FOUND',
      'FISHER_MISSING',
      'NO_PAYLOAD',
      'NOT_FOUND',
      'NOT_PULLED',
      'REPO_MISSING',
      'TASK_UNKNOWN'
    ]
  ],
  [
    EXIT.unverified,
    [
      'BASE_MISMATCH',
      'DELTA_SHA256',
      'EXCHANGE_BAD_PAYLOAD',
      'EXCHANGE_CORRUPT',
      'EXPERT_MISMATCH',
      'PAYLOAD_INCOMPLETE',
      'RECIPE_MISMATCH',
      'RECORD_SIGNATURE'
    ]
  ],
  [
    EXIT.network,
    [
      'CATALOGUE_ENDED',
      'CATALOGUE_REFUSED',
      'CATALOGUE_TIMEOUT',
      'CATALOGUE_UNREACHABLE',
      'EXCHANGE_DIAL_FAILED',
      'EXCHANGE_NO_PROVIDER',
      'NODE_OFFLINE'
    ]
  ]
]

const BY_CODE: ReadonlyMap<string, number> = new Map(
  CODES.flatMap(([exit, codes]) => codes.map(code => [code, exit] as const))
)

/** @returns the exit code for an error's stable code */
export function exitCodeOf(error: ErrorJson): number {
  return BY_CODE.get(error.code) ?? EXIT.failed
}
