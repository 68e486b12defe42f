import { DEFAULT_CHORD_STANDARD_ERRORS } from '../chord.ts'
import type { Front } from '../document.ts'
import { formatFigure, formatSeeds } from './format.ts'
import { expertLabel } from './view.ts'

/** What the plot shows, in a few words. */
export function titleOf(front: Front): string {
  const names = front.experts.map(expertLabel)
  return `${front.task}: soups of ${names.length <= 2 ? names.join(' and ') : `${names.length} experts`}`
}

/** The figures of a front, each in a few words: hypervolume, chord, seeds. */
export function factsOf(front: Front): string[] {
  const { hypervolume, reference, chordViolations } = front.indicators
  const soups = front.points.filter(point => point.kind === 'soup').length
  const seeds = [...new Set(front.points.map(formatSeeds))]
  return [
    ...(hypervolume === null
      ? []
      : [
          `hypervolume ${formatFigure(hypervolume)} above (${reference.map(formatFigure).join(', ')})`
        ]),
    `${chordViolations} of ${soups} soups below the chord by more than ${DEFAULT_CHORD_STANDARD_ERRORS} standard errors`,
    seeds.length === 1 ? `n\u00A0=\u00A0${seeds[0]}` : 'n differs between points'
  ]
}
