/**
 * Names in what a line of a file of jobs depends on: `afterok:@prep:12` means each line above that is named `prep`. They
 * become ids when these are claimed; no request and no record ever holds one. Pure.
 */
import {type JobId, jobId, MAX_ID} from '../brand.js'

const NAME = /:@([^:,?@]*)/g

export const namesIn = (depend: string): readonly string[] =>
  [...depend.matchAll(NAME)].map(([, name = '']) => name)

const CONDITION = /^[a-z]+$/

/** What can be judged before there are ids; undefined: nothing is left. */
export const withoutNames = (depend: string): string | undefined => {
  if (namesIn(depend).length === 0) return depend
  const mark = depend.includes('?') ? '?' : ','
  const left = depend
    .split(mark)
    .map(part => ({part: part.replace(NAME, ''), named: namesIn(part).length > 0}))
    .filter(({part, named}) => !named || !isBare(part))
    .map(({part}) => part)
  return left.length === 0 ? undefined : left.join(mark)
}

/** A condition of which nothing but its word is left. */
const isBare = (part: string): boolean => CONDITION.test(part)

export const withIds = (depend: string, idsOf: (name: string) => readonly JobId[]): string =>
  depend.replace(NAME, (_, name: string) =>
    idsOf(name)
      .map(id => `:${id}`)
      .join(''),
  )

/** So many lines above have the name. */
export type LinesNamed = ReadonlyMap<string, number>

export const countName = (lines: Map<string, number>, name: string): void =>
  void lines.set(name, (lines.get(name) ?? 0) + 1)

/** At least as long as it becomes, before there are ids. */
export const withWidestIds = (depend: string, lines: LinesNamed): string =>
  withIds(depend, name => Array.from({length: lines.get(name) ?? 0}, () => jobId(MAX_ID)))
