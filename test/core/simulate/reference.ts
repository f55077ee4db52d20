/**
 * A second simulator, as slow and as plain as its description (scheduling.md 2 and 3): one resource, first come first
 * served, all in loops over all. What the real one says is held against it.
 */
import type {EventOrder} from '../../../src/core/simulate/replay.js'
import type {Row} from './workloads.js'

export interface ReferenceManner {
  readonly backfill: 'none' | 'easy'
  readonly estimates: 'user' | 'actual'
  readonly eventOrder: EventOrder
}

interface Running {
  readonly row: Row
  readonly end: number
  readonly expected: number
  gone: boolean
}

export const referenceStarts = (
  rows: readonly Row[],
  procs: number,
  {backfill, estimates, eventOrder}: ReferenceManner,
): Record<string, number> => {
  const coming = [...rows].sort((a, b) => a.submit - b.submit || a.job - b.job)
  let queue: Row[] = []
  let running: Running[] = []
  const starts: Record<string, number> = {}
  const estimate = ({run, limit = run}: Row): number => (estimates === 'user' ? limit : run)
  const free = (): number =>
    procs - running.filter(({gone}) => !gone).reduce((sum, {row}) => sum + row.procs, 0)

  const start = (row: Row, now: number): void => {
    starts[row.job] = now
    queue = queue.filter(other => other !== row)
    running.push({row, end: now + row.run, expected: now + estimate(row), gone: false})
  }

  const passTheHead = (head: Row, now: number): void => {
    const held = running.filter(({gone}) => !gone)
    const freeAt = (at: number): number =>
      free() + held.filter(({expected}) => expected <= at).reduce((sum, {row}) => sum + row.procs, 0)
    const shadow = Math.min(...held.map(({expected}) => expected).filter(at => freeAt(at) >= head.procs))
    let extra = freeAt(shadow) - head.procs
    for (const row of queue.slice(1)) {
      const isShort = now + estimate(row) <= shadow
      if (row.procs > free() || (!isShort && row.procs > extra)) continue
      if (!isShort) extra -= row.procs
      start(row, now)
    }
  }

  const pass = (now: number): void => {
    for (let [head] = queue; head !== undefined && head.procs <= free(); [head] = queue) start(head, now)
    const [head] = queue
    if (head !== undefined && backfill === 'easy') passTheHead(head, now)
  }

  const nextTime = (): number => Math.min(...running.map(({end}) => end), coming[0]?.submit ?? Infinity)
  for (let now = nextTime(); now < Infinity; now = nextTime()) {
    const ending = running.filter(({end}) => end === now)
    const submitted = coming.filter(({submit}) => submit === now)
    coming.splice(0, submitted.length)
    if (eventOrder === 'batch') {
      running = running.filter(({end}) => end !== now)
      queue.push(...submitted)
      pass(now)
      continue
    }
    for (const one of ending) one.gone = one.expected === now
    for (const row of submitted) {
      queue.push(row)
      if (row.procs <= free()) pass(now)
    }
    for (const one of ending) {
      running = running.filter(other => other !== one)
      pass(now)
    }
  }
  return starts
}
