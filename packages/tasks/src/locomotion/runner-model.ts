import { PHYSICS_SECONDS } from './settings.ts'

/**
 * The robot: a planar runner of our own, a trunk with a leg at each end, in MuJoCo's XML.
 *
 * A boom, as planar robots in laboratories have, lets the trunk slide along x and z and pitch by 25° either
 * way, so it can't turn over: episodes have a fixed length and need no early end. Each leg is thigh, shin
 * and foot with a motor at each joint, sprung towards the stance below, so the robot stands by itself. Only
 * trunk and feet touch the ground. Lengths in metres, masses in kilograms, angles in degrees, torques
 * (gear × action) in newton metres.
 *
 * A motor's torque falls in a straight line to nothing at 30 rad/s, as a direct current motor's does: the
 * damping of each joint is gear / 30, which `implicitfast` takes into account at the end of a step. So speed
 * costs effort, the two rewards disagree, and joints can't snap within one physics step: the shipped base
 * runs 1706, 1709, 1692 and 1678 (m/s, summed) at steps of 8, 4, 2 and 1 ms.
 */
export const RUNNER_MJCF: string = `
<mujoco model="planar runner">
  <compiler angle="degree" autolimits="true"/>
  <option timestep="${PHYSICS_SECONDS}" integrator="implicitfast" cone="elliptic" jacobian="dense" iterations="5" ls_iterations="10">
    <flag island="disable" midphase="disable" nativeccd="disable"/>
  </option>
  <size memory="128K"/>
  <default>
    <joint axis="0 -1 0" armature="0.002"/>
    <geom type="capsule" density="1000" contype="0" conaffinity="0" friction="0.9 0.05 0.01"/>
    <default class="touch"><geom conaffinity="1"/></default>
    <default class="free"><joint armature="0"/></default>
    <motor ctrlrange="-1 1"/>
  </default>
  <worldbody>
    <geom name="ground" type="plane" size="0 0 1" contype="1"/>
    <body name="trunk" pos="0 0 0.31">
      <joint name="x" class="free" type="slide" axis="1 0 0"/>
      <joint name="z" class="free" type="slide" axis="0 0 1"/>
      <joint name="pitch" class="free" range="-25 25"/>
      <geom class="touch" fromto="-0.19 0 0 0.19 0 0" size="0.0275"/>
      <geom name="head" fromto="0.19 0 0 0.26 0 0.06" size="0.0225"/>
      <body name="hind thigh" pos="-0.18 0 0">
        <joint name="hind thigh" damping="0.45" range="-55 50" stiffness="12"/>
        <geom fromto="0 0 0 0.05 0 -0.12" size="0.021"/>
        <body name="hind shin" pos="0.05 0 -0.12">
          <joint name="hind shin" damping="0.33" range="-45 45" stiffness="8"/>
          <geom fromto="0 0 0 -0.08 0 -0.1" size="0.018"/>
          <body name="hind foot" pos="-0.08 0 -0.1">
            <joint name="hind foot" damping="0.225" range="-30 45" stiffness="4"/>
            <geom class="touch" fromto="0 0 0 0.055 0 -0.065" size="0.017"/>
          </body>
        </body>
      </body>
      <body name="fore thigh" pos="0.18 0 0">
        <joint name="fore thigh" damping="0.45" range="-50 55" stiffness="12"/>
        <geom fromto="0 0 0 -0.05 0 -0.11" size="0.02"/>
        <body name="fore shin" pos="-0.05 0 -0.11">
          <joint name="fore shin" damping="0.27" range="-55 45" stiffness="8"/>
          <geom fromto="0 0 0 0.06 0 -0.1" size="0.017"/>
          <body name="fore foot" pos="0.06 0 -0.1">
            <joint name="fore foot" damping="0.15" range="-30 30" stiffness="4"/>
            <geom class="touch" fromto="0 0 0 0.03 0 -0.065" size="0.016"/>
          </body>
        </body>
      </body>
    </body>
  </worldbody>
  <actuator>
    <motor joint="hind thigh" gear="13.5"/>
    <motor joint="hind shin" gear="9.9"/>
    <motor joint="hind foot" gear="6.75"/>
    <motor joint="fore thigh" gear="13.5"/>
    <motor joint="fore shin" gear="8.1"/>
    <motor joint="fore foot" gear="4.5"/>
  </actuator>
</mujoco>`
