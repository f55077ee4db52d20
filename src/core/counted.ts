/**
 * What an operator counts besides cpus, memory and gpus: `[resource.NAME]`, on each node (scratch, slots) or of the whole
 * site (licences). Pure.
 *
 * A job takes whole numbers of it for as long as it has its place. Nothing but the count is ours: what a job does with it
 * is between it and the thing.
 */
import type {Resources} from '@god-cli/api'
import * as v from 'valibot'
import {type Refusal, refusal} from './errors.js'
import {text, whole as wholeNumber} from './record-fields.js'
import {
  choice,
  fraction,
  orNone,
  type Setting,
  setting,
  type Values,
  whole,
} from './settings/setting-kinds.js'

const MOST = 999_999_999
const MOST_KINDS = 16

export const COUNTED_TABLE = {
  scope: choice('node', ['node', 'site'] as const, 'whether each node has some, or the site as a whole'),
  amount: whole(0, 0, MOST, 'how many there are; of a node, if its section does not say'),
  max_job: orNone(whole(1, 0, MOST, 'most of one job'), null),
  default_job: whole(0, 0, MOST, 'how many a job takes that says nothing'),
  weight: fraction(1, 'how much a part of it counts in fair share, against the same part of the cpus'),
} as const

export interface CountedResource extends Values<typeof COUNTED_TABLE> {
  readonly name: string
}
export type CountedResources = ReadonlyMap<string, CountedResource>

export type Counted = Readonly<Record<string, number>>

/** Not what a flag of its own asks for, and no name that no record may have as a key. */
const TAKEN = ['cpus', 'cpu', 'memory', 'mem', 'gpus', 'gpu', 'time', 'constructor', 'prototype']
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/

export const isCountedName = (name: string): boolean => NAME.test(name) && !TAKEN.includes(name)

/** In records and wishes; zero: none of it, whatever the default is. */
export const countedSchema = v.pipe(
  v.record(text(32), wholeNumber(0, MOST)),
  v.check(counted => Object.keys(counted).length <= MOST_KINDS, `more than ${MOST_KINDS} resources`),
)

/** `NAME=N,NAME2=N`, in the order of the names; a bare NAME is one. Or why it cannot be read. */
export const readCounted = (words: string): Record<string, number> | string => {
  const found = new Map<string, number>()
  for (const word of words.split(',').map(each => each.trim())) {
    const cut = word.indexOf('=')
    const [name, amount] = cut < 0 ? [word, '1'] : [word.slice(0, cut).trim(), word.slice(cut + 1).trim()]
    if (!isCountedName(name)) return `'${name}' is no name of a resource`
    if (!/^\d{1,9}$/.test(amount)) return `'${amount}' is no whole number`
    if (found.has(name)) return `'${name}' stands twice`
    found.set(name, Number(amount))
  }
  return inOrder(Object.fromEntries(found))
}

/** Equal for equal ones, also as text. */
export const inOrder = (counted: Counted): Record<string, number> =>
  Object.fromEntries(Object.entries(counted).sort(([a], [b]) => (a < b ? -1 : 1)))

export const countedText = (counted: Counted | undefined, between = ','): string =>
  Object.entries(counted ?? {})
    .map(pair => pair.join('='))
    .join(between)

/** Of a node, in its section. */
export const counts = (purpose: string): Setting<Counted> =>
  setting<Counted>(
    {},
    value => {
      const read = readCounted(value)
      return typeof read === 'string' ? undefined : read
    },
    value => countedText(value, ', '),
    'NAME=NUMBER, NAME2=NUMBER, each name once,',
    purpose,
  )

/** By name. */
export const addCounted = (one: Counted = {}, other: Counted = {}): Counted => {
  const sum = new Map(Object.entries(one))
  for (const [name, amount] of Object.entries(other))
    sum.set(name, Math.min(Number.MAX_SAFE_INTEGER, (sum.get(name) ?? 0) + amount))
  return inOrder(Object.fromEntries(sum))
}

const some = (counted: Counted): Counted =>
  inOrder(Object.fromEntries(Object.entries(counted).filter(([, amount]) => amount > 0)))

/** What a job takes that asks for that. */
export const withDefaults = (asked: Counted | undefined, all: CountedResources): Counted =>
  some({
    ...Object.fromEntries([...all].map(([name, {default_job}]) => [name, default_job])),
    ...asked,
  })

/** What one has that had that, and is to have these besides or instead. */
export const withOther = (before: Counted | undefined, asked: Counted | undefined): Counted =>
  some({...before, ...asked})

/** Whether the site counts it, and allows one job so many. */
export const checkCounted = (counted: Counted, all: CountedResources): Refusal | null => {
  for (const [name, amount] of Object.entries(counted)) {
    const resource = all.get(name)
    if (resource === undefined) {
      const names = [...all.keys()].join(', ')
      return refusal(
        'E_RESOURCE_UNKNOWN',
        `this site counts no '${name}'`,
        names === '' ? 'It counts nothing besides cpus, memory and gpus.' : `It counts: ${names}.`,
      )
    }
    const {max_job: most} = resource
    if (most !== null && amount > most)
      return refusal(
        'E_LIMIT',
        `the job asks for ${amount} ${name}; the site allows ${most}`,
        'Ask for less with -r.',
      )
  }
  return null
}

/** As they stand in a record, where what is counted has a field of its own. */
export const resourcesOf = ({
  resources,
  counted,
}: {
  readonly resources: Resources
  readonly counted?: Counted
}): Resources =>
  counted === undefined || Object.keys(counted).length === 0 ? resources : {...resources, counted}
