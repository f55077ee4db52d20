/** What happens next: a binary heap of moments, the earliest first; of equal ones the one that was put in first. Pure. */
export interface EndQueue<T> {
  readonly size: number
  /** Infinity: there is none. */
  next(): number
  push(at: number, item: T): void
  /** Undefined: there is none. */
  pop(): T | undefined
}

interface Entry<T> {
  readonly at: number
  readonly turn: number
  readonly item: T
}

const isBefore = <T>(a: Entry<T>, b: Entry<T>): boolean => a.at < b.at || (a.at === b.at && a.turn < b.turn)

const risen = <T>(heap: Entry<T>[], entry: Entry<T>, from: number): number => {
  let at = from
  while (at > 0) {
    const up = (at - 1) >> 1
    const parent = heap[up]
    if (parent === undefined || !isBefore(entry, parent)) break
    heap[at] = parent
    at = up
  }
  return at
}

const sunk = <T>(heap: Entry<T>[], entry: Entry<T>): number => {
  let at = 0
  for (;;) {
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]]
    if (left === undefined) return at
    const isRight = right !== undefined && isBefore(right, left)
    const child = isRight ? right : left
    if (!isBefore(child, entry)) return at
    heap[at] = child
    at = 2 * at + (isRight ? 2 : 1)
  }
}

export const createEndQueue = <T>(): EndQueue<T> => {
  const heap: Entry<T>[] = []
  let turn = 0
  return {
    get size() {
      return heap.length
    },
    next: () => heap[0]?.at ?? Number.POSITIVE_INFINITY,
    push: (at, item) => {
      const entry = {at, turn: turn++, item}
      heap.push(entry)
      heap[risen(heap, entry, heap.length - 1)] = entry
    },
    pop: () => {
      const [first] = heap
      const last = heap.pop()
      if (last !== undefined && heap.length > 0) heap[sunk(heap, last)] = last
      return first?.item
    },
  }
}
