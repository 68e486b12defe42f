import type { MainModule, MjData, MjModel } from '@mujoco/mujoco'
import loadMujoco from '@mujoco/mujoco'
import { randomStream } from '@soup/finetune'
import { RUNNER_MJCF } from './runner-model.ts'
import {
  ACTION_SIZE,
  CONTROL_SECONDS,
  OBSERVATION_SIZE,
  PHYSICS_STEPS,
  START_POSITION_NOISE,
  START_VELOCITY_NOISE
} from './settings.ts'

/** What one control step did. */
export interface StepOutcome {
  /** Mean forward velocity over the step, m/s. */
  velocity: number
  /** Σⱼ aⱼ² of the action. */
  effort: number
}

/** Robots that are simulated side by side in one thread. */
export interface Runners {
  /** How many. */
  readonly count: number
  /** Puts a robot on its feet at the origin, with noise on joints and velocities chosen by `seed`. */
  reset(index: number, seed: number): void
  /** Writes a robot's observation to its place in `[count, I]`. */
  observe(index: number, into: Float32Array): void
  /** Applies a robot's action from its place in `[count, A]` for one control step; NaN counts as 0. */
  step(index: number, actions: Float32Array): StepOutcome
  /** Frees the model and the robots. Safe to call twice. */
  close(): void
}

interface Runner {
  readonly data: MjData
  readonly position: Float64Array
  readonly velocity: Float64Array
  readonly control: Float64Array
}

let engine: Promise<MainModule> | undefined

/** Loads MuJoCo once a thread. Its warnings about a diverging robot are mute: such a robot is put back. */
function mujoco(): Promise<MainModule> {
  engine ??= loadMujoco({ print: () => {}, printErr: () => {} })
  return engine
}

/**
 * Compiles the robot and makes `count` of it.
 *
 * MuJoCo compiled to WebAssembly computes the same bits on every machine. A robot whose state is no
 * longer finite is put back to the start by MuJoCo itself, so every outcome is finite.
 */
export async function openRunners(count: number): Promise<Runners> {
  const mj = await mujoco()
  const model = mj.MjModel.from_xml_string(RUNNER_MJCF)
  const data = Array.from({ length: count }, () => new mj.MjData(model))
  // Views come last: an allocation can move WebAssembly's memory.
  return new MujocoRunners(mj, model, data.map(view))
}

function view(data: MjData): Runner {
  return { data, position: data.qpos, velocity: data.qvel, control: data.ctrl }
}

class MujocoRunners implements Runners {
  readonly #mj: MainModule
  readonly #model: MjModel
  #runners: Runner[]

  constructor(mj: MainModule, model: MjModel, runners: Runner[]) {
    this.#mj = mj
    this.#model = model
    this.#runners = runners
  }

  get count(): number {
    return this.#runners.length
  }

  reset(index: number, seed: number): void {
    const { data, position, velocity } = this.#at(index)
    this.#mj.mj_resetData(this.#model, data)
    const random = randomStream(seed)
    const noise = (scale: number) => scale * (2 * random.uniform() - 1)
    for (let i = 1; i < position.length; i++) position[i]! += noise(START_POSITION_NOISE)
    for (let i = 0; i < velocity.length; i++) velocity[i]! += noise(START_VELOCITY_NOISE)
  }

  observe(index: number, into: Float32Array): void {
    const { position, velocity } = this.#at(index)
    const offset = index * OBSERVATION_SIZE
    const positions = position.length - 1
    for (let i = 0; i < positions; i++) into[offset + i] = position[i + 1]!
    for (let i = 0; i < velocity.length; i++) into[offset + positions + i] = velocity[i]!
  }

  step(index: number, actions: Float32Array): StepOutcome {
    const { data, position, control } = this.#at(index)
    const start = position[0]!
    let effort = 0
    for (let j = 0; j < ACTION_SIZE; j++) {
      const action = actions[index * ACTION_SIZE + j]! || 0
      control[j] = action
      effort += action * action
    }
    for (let k = 0; k < PHYSICS_STEPS; k++) this.#mj.mj_step(this.#model, data)
    return { velocity: (position[0]! - start) / CONTROL_SECONDS, effort }
  }

  close(): void {
    for (const { data } of this.#runners) data.delete()
    if (!this.#model.isDeleted()) this.#model.delete()
    this.#runners = []
  }

  /** A robot with live views: another set of robots may have moved WebAssembly's memory since. */
  #at(index: number): Runner {
    const runner = this.#runners[index]!
    if (runner.position.length > 0) return runner
    this.#runners = this.#runners.map(({ data }) => view(data))
    return this.#runners[index]!
  }
}
