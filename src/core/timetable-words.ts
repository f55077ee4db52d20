/** Five fields of crontab(5), numbers only: what a configuration may say, judged before anything runs. Pure. */

const BOUNDS: readonly (readonly [least: number, most: number])[] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
]

const isPart = (part: string, least: number, most: number): boolean => {
  const match = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part)
  if (match === null) return false
  const from = Number(match[1] ?? least)
  const to = Number(match[2] ?? from)
  return from >= least && to <= most && from <= to && match[3] !== '0'
}

export const isTimetable = (text: string): boolean => {
  const fields = text.split(/\s+/)
  return (
    fields.length === BOUNDS.length &&
    BOUNDS.every(([least, most], i) => (fields[i] ?? '').split(',').every(part => isPart(part, least, most)))
  )
}
