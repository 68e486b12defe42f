import { baseAdd, baseList, baseShow } from './base.ts'
import { checkout } from './checkout.ts'
import type { Command } from './command.ts'
import { evaluate } from './evaluate.ts'
import { experts, show } from './experts.ts'
import { front } from './front.ts'
import { init } from './init.ts'
import { pick } from './pick.ts'
import { publish } from './publish.ts'
import { pull } from './pull.ts'
import { soup } from './soup.ts'
import { start } from './start.ts'
import { connect, peers, status } from './status.ts'
import { finetune, tasks } from './tasks.ts'

/** Every command, in the order in which `--help` lists them. */
export const commands: readonly Command[] = [
  init,
  start,
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
  pick,
  tasks,
  finetune
]
