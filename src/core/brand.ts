/** Branded numbers and names: an id is no epoch, and neither is a plain number. */

export declare const brand: unique symbol
type Branded<T, Name extends string> = T & {readonly [brand]: Name}

export type JobId = Branded<number, 'JobId'>
export type Rev = Branded<number, 'Rev'>
export type Epoch = Branded<number, 'Epoch'>
export type Uid = Branded<number, 'Uid'>
export type Gid = Branded<number, 'Gid'>
/** 24 lower-case hex digits, random. */
export type Token = Branded<string, 'Token'>
/** Epoch milliseconds of the wall clock. */
export type Instant = Branded<number, 'Instant'>

export const jobId = (n: number): JobId => n as JobId
export const rev = (n: number): Rev => n as Rev
export const epoch = (n: number): Epoch => n as Epoch
export const uid = (n: number): Uid => n as Uid
export const gid = (n: number): Gid => n as Gid
export const token = (s: string): Token => s as Token
export const instant = (ms: number): Instant => ms as Instant

export const TOKEN_PATTERN = /^[0-9a-f]{24}$/
/** Largest id: names stay exact integers, also in clients that use 32-bit numbers. */
export const MAX_ID = 2_147_483_647
