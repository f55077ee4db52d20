/**
 * What operators decided of a node: that it takes no new work, and for whom it is kept from when until when. A part of the
 * node's record; each is applied once, however often it is asked for. Pure.
 */
import * as v from 'valibot'
import type {Instant} from './brand.js'
import {instantSchema, type ReadonlyDeep, text, tokenSchema} from './record-fields.js'

const MOST_RESERVATIONS = 100
export const MOST_USERS = 100

export const holdFields = {
  /** It takes no new work; what runs there runs on. Left out: it does. */
  drained: v.exactOptional(v.strictObject({since: instantSchema, by: text(64), why: text(256)})),
  /** It is gone for good: what ran there has ended, and it takes no new work. */
  lost: v.exactOptional(v.strictObject({since: instantSchema, by: text(64), why: text(256)})),
  /** Periods in which only these users' jobs run there. */
  reserved: v.exactOptional(
    v.pipe(
      v.array(
        v.strictObject({
          tok: tokenSchema,
          from: instantSchema,
          to: instantSchema,
          users: v.pipe(v.array(text(64)), v.maxLength(MOST_USERS)),
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
  readonly period?: Pick<NodePeriod, 'from' | 'to' | 'users'>
  readonly remark?: string
}

/** Those that are not over. */
export const periodsAt = ({reserved = []}: NodeHold, now: number): readonly NodePeriod[] =>
  reserved.filter(({to}) => to > now)

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
