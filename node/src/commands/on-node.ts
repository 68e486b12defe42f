import { baseAdd, baseList, baseShow } from './base.ts'
import { checkout } from './checkout.ts'
import type { Command } from './command.ts'
import { connect } from './connect.ts'
import { evaluate } from './evaluate.ts'
import { experts } from './experts.ts'
import { finetune } from './finetune.ts'
import { front } from './front.ts'
import { peers } from './peers.ts'
import { publish } from './publish.ts'
import { pull } from './pull.ts'
import { show } from './show.ts'
import { soup } from './soup.ts'
import { status } from './status.ts'

/** Every command on a node, in the order in which `--help` lists them: what a daemon can run. */
export const onNode: readonly Command[] = [
  status,
  peers,
  connect,
  baseAdd,
  baseList,
  baseShow,
  publish,
  experts,
  show,
  pull,
  checkout,
  soup,
  evaluate,
  front,
  finetune
]
