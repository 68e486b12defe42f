import { checkPolicy } from '@soup/inference'
import type { Task } from '../task.ts'
import { evaluate } from './evaluate.ts'
import { finetune } from './finetune.ts'
import { REWARDS } from './rewards.ts'
import { POLICY_LAYERS } from './settings.ts'

/**
 * Locomotion with diverse engineered rewards (arXiv 2306.04488, appendix G): a planar two-legged runner
 * in MuJoCo, its policy a small tanh network, trained by evolution strategies.
 */
export const locomotion: Task = {
  name: 'locomotion',
  description:
    'a planar two-legged runner with six motors, to run forward fast or with little effort',
  rewards: REWARDS,
  baseUrl: new URL('../../assets/locomotion/base.safetensors', import.meta.url),
  checkPolicy: checkpoint => checkPolicy(checkpoint, POLICY_LAYERS),
  finetune,
  evaluate
}
