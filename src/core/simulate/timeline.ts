/**
 * Utilisation and queue over time, in as many equal spans as a picture has room for: the mean of each span, and the
 * longest queue in it, so that no peak is lost. Pure.
 */
import type {Started} from './workload.js'

export interface Span {
  /** Its middle, in milliseconds of the trace. */
  readonly at: number
  /** 0..1. */
  readonly utilisation: number
  readonly meanQueue: number
  readonly maxQueue: number
}

interface Change {
  readonly at: number
  readonly used: number
  readonly waiting: number
}

/** Of one moment together: a job that starts at once never waits. */
const changesOf = (started: readonly Started[]): readonly Change[] => {
  const changes = new Map<number, {at: number; used: number; waiting: number}>()
  const change = (at: number, used: number, waiting: number): void => {
    const known = changes.get(at) ?? {at, used: 0, waiting: 0}
    known.used += used
    known.waiting += waiting
    changes.set(at, known)
  }
  for (const {job, start} of started) {
    const {cpus} = job.resources
    change(job.submit, 0, 1)
    change(start, cpus, -1)
    change(start + job.run, -cpus, 0)
  }
  return [...changes.values()].sort((a, b) => a.at - b.at)
}

/** Walks along the changes, and tells of each stretch what it was like. */
const walkOver = (changes: readonly Change[]) => {
  let next = 0
  let [used, waiting] = [0, 0]
  /** Sums over time from `from` to `to`; what changes at the very end belongs to the next stretch. */
  return (from: number, to: number): {used: number; waiting: number; most: number} => {
    const sums = {used: 0, waiting: 0, most: waiting}
    let at = from
    const spend = (until: number): void => {
      sums.used += used * (until - at)
      sums.waiting += waiting * (until - at)
      at = until
    }
    for (let change = changes[next]; change !== undefined && change.at < to; change = changes[++next]) {
      spend(Math.max(at, change.at))
      used += change.used
      waiting += change.waiting
      sums.most = Math.max(sums.most, waiting)
    }
    spend(to)
    return sums
  }
}

/** `machine`: thousandths of a cpu. */
export const timelineOf = (started: readonly Started[], machine: number, spans: number): readonly Span[] => {
  const changes = changesOf(started)
  const [first, last] = [changes[0]?.at ?? 0, changes.at(-1)?.at ?? 0]
  const width = (last - first) / spans
  const over = walkOver(changes)
  return Array.from({length: last === first ? 0 : spans}, (_, i) => {
    const {used, waiting, most} = over(first + i * width, first + (i + 1) * width)
    return {
      at: first + (i + 0.5) * width,
      utilisation: used / (width * machine),
      meanQueue: waiting / width,
      maxQueue: most,
    }
  })
}
