/**
 * Fronts of measured rewards: which points are non-dominated, how good the front is, whether the
 * soups keep to Hypothesis 1 of Rewarded Soups, which λ a preference picks, the `front.json`
 * document and its plots. Nothing here reads a file, a clock or a random number.
 *
 * @packageDocumentation
 */
export { type ChordViolation, chordViolations, DEFAULT_CHORD_STANDARD_ERRORS } from './chord.ts'
export {
  buildFront,
  type Front,
  type FrontExpert,
  type FrontInput,
  parseFront
} from './document.ts'
export { dominates, nonDominated } from './dominance.ts'
export { ParetoError } from './errors.ts'
export { hypervolume } from './hypervolume.ts'
export type { FrontIndicators } from './indicators.ts'
export { type Pick, pickLambda } from './pick.ts'
export { frontHtml } from './plot/html.ts'
export { frontSvg } from './plot/svg.ts'
export type { PlotOptions } from './plot/view.ts'
export { type FrontPoint, isMixture, type MeasuredReward, type PointKind } from './point.ts'
export { type Preference, parsePreference } from './preference.ts'
