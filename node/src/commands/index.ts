import type { Command } from './command.ts'
import { fisher } from './fisher.ts'
import { init } from './init.ts'
import { methods } from './methods.ts'
import { onNode } from './on-node.ts'
import { pick } from './pick.ts'
import { start } from './start.ts'
import { tasks } from './tasks.ts'

/** Every command, in the order in which `--help` lists them. */
export const commands: readonly Command[] = [init, start, ...onNode, pick, methods, fisher, tasks]
