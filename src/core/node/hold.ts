/**
 * What operators decided of a node: that it takes no new work, and for whom it is kept from when until when. A part of the
 * node's record; each is applied once, however often it is asked for. Pure.
 */
import * as v from 'valibot'
import type {Instant} from '../brand.js'
import {instantSchema, type ReadonlyDeep, text, tokenSchema} from '../record-fields.js'

const MOST_RESERVATIONS = 100
export const MOST_USERS = 100
const MOST_MEMBERS = 1000

export const holdFields = {
  /** It takes no new work; what runs there runs on. Left out: it does. */
  drained: v.exactOptional(v.strictObject({since: instantSchema, by: text(64), why: text(256)})),
  /** It is gone for good: what ran there has ended, and it takes no new work. */
  lost: v.exactOptional(v.strictObject({since: instantSchema, by: text(64), why: text(256)})),
  /** Periods in which only the jobs of these users and groups run there. */
  reserved: v.exactOptional(
    v.pipe(
      v.array(
        v.strictObject({
          tok: tokenSchema,
          from: instantSchema,
          to: instantSchema,
          users: v.pipe(v.array(text(64)), v.maxLength(MOST_USERS)),
          /** By name or number; left out: none. */
          groups: v.exactOptional(v.pipe(v.array(text(64)), v.maxLength(MOST_USERS))),
          /** Of these, who had jobs that waited. */
          members: v.exactOptional(v.pipe(v.array(text(64)), v.maxLength(MOST_MEMBERS))),
          by: text(64),
        }),
      ),
      v.maxLength(MOST_RESERVATIONS),
    ),
  ),
}

const holdSchema = v.strictObject(holdFields)
export type NodeHold = ReadonlyDeep<v.InferOutput<typeof holdSchema>>
export type NodePeriod = NonNullable<NodeHold['reserved']>[number]

export interface HoldWish {
  readonly act: 'drain' | 'lost' | 'ready' | 'reserve'
  readonly tok: NodePeriod['tok']
  readonly period?: Pick<NodePeriod, 'from' | 'to' | 'users' | 'groups'>
  readonly remark?: string
}

/** Those that are not over. */
export const periodsAt = ({reserved = []}: NodeHold, now: number): readonly NodePeriod[] =>
  reserved.filter(({to}) => to > now)

/** Whose jobs run there, as far as anybody knows. */
export const admittedBy = ({users, members = []}: NodePeriod): readonly string[] => [...users, ...members]

export const whomText = ({users, groups = []}: Pick<NodePeriod, 'users' | 'groups'>): string =>
  [...users, ...groups.map(group => `group ${group}`)].join(', ') || 'nobody'

/** Of those that were looked up only who is one; of the others what was known before. */
export const withMembers = (
  hold: NodeHold,
  look: (period: NodePeriod) => {readonly asked: readonly string[]; readonly are: readonly string[]},
): NodeHold => {
  if (hold.reserved === undefined) return hold
  const reserved = hold.reserved.map(period => {
    if (period.groups === undefined) return period
    const {asked, are} = look(period)
    const {members = [], ...rest} = period
    const others = members.filter(name => !asked.includes(name))
    const all = [...new Set([...others, ...are])].sort().slice(-MOST_MEMBERS)
    // As it was read, so that nothing is published.
    if (all.join() === members.join()) return period
    return all.length === 0 ? rest : {...rest, members: all}
  })
  return {...hold, reserved}
}

/** Null: it has as many as it can have. */
const withPeriod = (hold: NodeHold, wish: HoldWish, by: string, now: Instant): NodeHold | null => {
  const others = periodsAt(hold, now).filter(({tok}) => tok !== wish.tok)
  if (wish.period === undefined || wish.period.to <= now) return hold
  if (others.length >= MOST_RESERVATIONS) return null
  return {...hold, reserved: [...others, {tok: wish.tok, by, ...wish.period}]}
}

export const holdAfter = (hold: NodeHold, wish: HoldWish, by: string, now: Instant): NodeHold | null => {
  switch (wish.act) {
    case 'ready':
      return {}
    case 'drain':
      // Since when it is drained does not change when it is said again.
      return {...hold, drained: {since: hold.drained?.since ?? now, by, why: wish.remark ?? ''}}
    case 'lost':
      return {...hold, lost: {since: hold.lost?.since ?? now, by, why: wish.remark ?? ''}}
    case 'reserve':
      return withPeriod(hold, wish, by, now)
  }
}
