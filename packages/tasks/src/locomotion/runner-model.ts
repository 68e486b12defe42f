/**
 * The robot: a planar runner of our own, a trunk with a leg at each end, in MuJoCo's XML.
 *
 * The trunk slides along x and z and pitches; each leg is thigh, shin and foot with a motor at each joint.
 * Joints are sprung towards the stance below, so the robot stands by itself and can't fall for good:
 * episodes have a fixed length and need no early end. Only trunk and feet touch the ground, and nothing but it. Lengths
 * in metres, masses in kilograms, angles in degrees, torques (gear × action) in newton metres.
 * Armature and `implicitfast` keep stiff joints stable at {@link PHYSICS_SECONDS}.
 */
export const RUNNER_MJCF: string = `
<mujoco model="planar runner">
  <compiler angle="degree" autolimits="true"/>
  <option timestep="0.01" integrator="implicitfast" cone="elliptic" jacobian="dense" iterations="5" ls_iterations="10">
    <flag island="disable" midphase="disable" nativeccd="disable"/>
  </option>
  <size memory="128K"/>
  <default>
    <joint axis="0 -1 0" armature="0.02" damping="5"/>
    <geom type="capsule" density="600" contype="0" conaffinity="0" friction="0.5 0.05 0.01"/>
    <default class="touch"><geom conaffinity="1"/></default>
    <default class="free"><joint armature="0" damping="0"/></default>
    <motor ctrlrange="-1 1"/>
  </default>
  <worldbody>
    <geom name="ground" type="plane" size="0 0 1" contype="1"/>
    <body name="trunk" pos="0 0 0.62">
      <joint name="x" class="free" type="slide" axis="1 0 0"/>
      <joint name="z" class="free" type="slide" axis="0 0 1"/>
      <joint name="pitch" class="free"/>
      <geom class="touch" fromto="-0.38 0 0 0.38 0 0" size="0.055"/>
      <geom name="head" fromto="0.38 0 0 0.52 0 0.12" size="0.045"/>
      <body name="hind thigh" pos="-0.36 0 0">
        <joint name="hind thigh" range="-55 50" stiffness="375"/>
        <geom fromto="0 0 0 0.1 0 -0.24" size="0.042"/>
        <body name="hind shin" pos="0.1 0 -0.24">
          <joint name="hind shin" range="-45 45" stiffness="250"/>
          <geom fromto="0 0 0 -0.16 0 -0.2" size="0.036"/>
          <body name="hind foot" pos="-0.16 0 -0.2">
            <joint name="hind foot" range="-30 45" stiffness="175"/>
            <geom class="touch" fromto="0 0 0 0.11 0 -0.13" size="0.034"/>
          </body>
        </body>
      </body>
      <body name="fore thigh" pos="0.36 0 0">
        <joint name="fore thigh" range="-50 55" stiffness="300"/>
        <geom fromto="0 0 0 -0.1 0 -0.22" size="0.04"/>
        <body name="fore shin" pos="-0.1 0 -0.22">
          <joint name="fore shin" range="-55 45" stiffness="250"/>
          <geom fromto="0 0 0 0.12 0 -0.2" size="0.034"/>
          <body name="fore foot" pos="0.12 0 -0.2">
            <joint name="fore foot" range="-30 30" stiffness="125"/>
            <geom class="touch" fromto="0 0 0 0.06 0 -0.13" size="0.032"/>
          </body>
        </body>
      </body>
    </body>
  </worldbody>
  <actuator>
    <motor joint="hind thigh" gear="150"/>
    <motor joint="hind shin" gear="110"/>
    <motor joint="hind foot" gear="75"/>
    <motor joint="fore thigh" gear="150"/>
    <motor joint="fore shin" gear="90"/>
    <motor joint="fore foot" gear="40"/>
  </actuator>
</mujoco>`
