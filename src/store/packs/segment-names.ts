/**
 * Names of segments, `<yyyy>/<mm-dd>.<n>`, and of the files that belong to one. The day is that of the ends in it
 * (UTC); a number is never given twice while a file or a manifest knows it.
 */
import {join} from 'node:path'
import {dayOf} from '../../core/usage/accounting.js'
import type {Layout} from '../layout.js'

/** What a segment consists of. The sums lie apart, for they stay when it is dropped. */
export const SEGMENT_PARTS = ['lines', 'index', 'specs', 'specIndex', 'sums'] as const
export type SegmentPart = (typeof SEGMENT_PARTS)[number]

const ENDINGS: Readonly<Record<SegmentPart, string>> = {
  lines: '.ndjson',
  index: '.idx',
  specs: '.spec.ndjson.gz',
  specIndex: '.spec.idx',
  sums: '.json',
}

/** Specs are for the service alone; all else is for everybody. */
export const partMode = (part: SegmentPart): number =>
  part === 'specs' || part === 'specIndex' ? 0o600 : 0o644

const NAME = /^(\d{4}\/\d{2}-\d{2})\.([1-9]\d{0,8})$/

export const isSegmentName = (name: string): boolean => NAME.test(name)

/** `2026/01-31` of the time of an end. */
export const segmentDay = (end: number): string => dayOf(end).replace('-', '/')

export const segmentName = (day: string, n: number): string => `${day}.${n}`

export const parseSegmentName = (name: string): {readonly day: string; readonly n: number} | null => {
  const match = NAME.exec(name)
  return match?.[1] === undefined ? null : {day: match[1], n: Number(match[2])}
}

const rootOf = (layout: Layout, part: SegmentPart): string => (part === 'sums' ? layout.sums : layout.done)

export const partPath = (layout: Layout, name: string, part: SegmentPart): string =>
  join(rootOf(layout, part), `${name}${ENDINGS[part]}`)

/** Of a file in a year's folder: which segment it is of; null: it is none of ours. */
export const segmentOfFile = (year: string, file: string): string | null => {
  const ending = Object.values(ENDINGS).find(
    candidate => file.endsWith(candidate) && isSegmentName(`${year}/${file.slice(0, -candidate.length)}`),
  )
  return ending === undefined ? null : `${year}/${file.slice(0, -ending.length)}`
}

export const isYear = (name: string): boolean => /^\d{4}$/.test(name)
