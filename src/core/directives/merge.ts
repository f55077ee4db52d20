/** Flags of the command line, and what directives add to them. Pure. What was typed wins; then what stands last. */
import type {DirectiveFlag, Given} from './directive.js'

export type Added = Readonly<Record<string, string | true | readonly string[]>>

/** Lists whose entries have names: an entry replaces the one of the same name. Others are replaced as a whole. */
const NAMED: Readonly<Record<string, string>> = {env: '=', label: '=', resource: '=', volume: ':'}

const byName = (entries: readonly string[], cut: string): readonly string[] => [
  ...new Map(entries.map(entry => [entry.split(cut, 1)[0], entry])).values(),
]

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(each => typeof each === 'string')

const isTyped = (value: unknown): boolean => value !== undefined && value !== false

type Value = Added[string]

/** `before`: as it was typed. Null: nothing changes. */
const valueFor = (
  {name, takes}: DirectiveFlag,
  values: readonly (string | true)[],
  before: unknown,
): Value | null => {
  const last = values.at(-1)
  const cut = Object.hasOwn(NAMED, name) ? NAMED[name] : undefined
  if (last === undefined || (isTyped(before) && cut === undefined)) return null
  if (takes !== 'many') return last
  const texts = [...values.filter(value => value !== true), ...(isTexts(before) ? before : [])]
  return cut === undefined ? texts : byName(texts, cut)
}

/** What is to stand in the place of what was typed. */
export const added = (
  typed: ReadonlyMap<string, unknown>,
  given: readonly Given[],
  flags: readonly DirectiveFlag[],
): Added =>
  Object.fromEntries(
    flags.flatMap(flag => {
      const values = given.flatMap(each => (each.flag === flag.name ? [each.value] : []))
      const value = valueFor(flag, values, typed.get(flag.name))
      return value === null ? [] : [[flag.name, value] as const]
    }),
  )
