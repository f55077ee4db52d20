/**
 * The revisions of one job, judged as its readers judge them (revision.ts): which one counts, which ones above it do
 * not and why, and what is amiss below. Pure: the files are read already.
 */
import {type Stored, successionFault} from '../jobs/revision.js'

/** A revision's file as it was read. */
export interface Link {
  readonly rev: number
  readonly ino: number
  readonly read:
    | {readonly kind: 'whole'; readonly stored: Stored}
    | {readonly kind: 'bad'; readonly why: string}
    /** Told of by itself; for its successors it is there. */
    | {readonly kind: 'unseen'}
}

export type Fault =
  | {
      readonly id: 'F_RECORD' | 'F_PREV' | 'F_REV_GAP' | 'F_REV_MIDDLE'
      readonly link: Link
      readonly why: string
    }
  | {readonly id: 'F_HISTORY'; readonly missing: number}

export interface Judged {
  /** The revision that counts; null: none does. */
  readonly top: Stored | null
  readonly faults: readonly Fault[]
}

type Verdict = {readonly counts: Stored} | {readonly fault: Fault | null}

/** Of a revision above the one that counts, or of that one itself. */
const judgeTop = (link: Link, before: Link | undefined): Verdict => {
  if (link.read.kind === 'unseen') return {fault: null}
  if (link.read.kind === 'bad') return {fault: {id: 'F_RECORD', link, why: link.read.why}}
  const {stored} = link.read
  if (link.rev === 1) return {counts: stored}
  if (before === undefined)
    return {
      fault: {id: 'F_REV_GAP', link, why: `revision ${link.rev - 1}, on which it was published, is missing`},
    }
  if (before.read.kind !== 'whole') return {counts: stored}
  const why = successionFault(before.read.stored, stored)
  return why === null ? {counts: stored} : {fault: {id: 'F_PREV', link, why}}
}

const judgeBelow = (link: Link, before: Link | undefined): Fault | null => {
  if (link.read.kind === 'unseen') return null
  if (link.read.kind === 'bad') return {id: 'F_REV_MIDDLE', link, why: link.read.why}
  if (before?.read.kind !== 'whole') return null
  const why = successionFault(before.read.stored, link.read.stored)
  return why === null ? null : {id: 'F_REV_MIDDLE', link, why}
}

/** Numbers below the highest one that are not there; `from`: those before were freed by rule. */
const missingBelow = (links: readonly Link[], from: number): readonly Fault[] => {
  const there = new Set(links.map(({rev}) => rev))
  const highest = links.at(-1)?.rev ?? 0
  const faults: Fault[] = []
  for (let rev = from; rev < highest; rev++) if (!there.has(rev)) faults.push({id: 'F_HISTORY', missing: rev})
  return faults
}

/** `links` ascending. */
export const judgeChain = (links: readonly Link[], from = 1): Judged => {
  const byRev = new Map(links.map(link => [link.rev, link]))
  const faults: Fault[] = []
  let top: Stored | null = null
  let rest = links.length
  while (rest > 0 && top === null) {
    const link = links[--rest]
    if (link === undefined) break
    const verdict = judgeTop(link, byRev.get(link.rev - 1))
    if ('counts' in verdict) top = verdict.counts
    else if (verdict.fault !== null) faults.push(verdict.fault)
  }
  const below = links.slice(0, rest)
  for (const link of below) {
    const fault = judgeBelow(link, byRev.get(link.rev - 1))
    if (fault !== null) faults.push(fault)
  }
  const counted = top === null ? [] : links.filter(({rev}) => rev <= (top?.record.rev ?? 0))
  return {top, faults: [...faults, ...missingBelow(counted, from)]}
}
