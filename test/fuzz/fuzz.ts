/**
 * R16: what holds for every parser, whatever it is given. It takes the text, or refuses it with an error of the
 * catalogue or a short sentence; it never hangs, never says much, and reaches into no prototype; and what it took it
 * reads again as it is written (`holds`).
 *
 * Three sources: the corpus (past finds, and what was made by hand), the grammar through fast-check, which shrinks what
 * fails, and a cheap mutator for large counts. The seed is told; GOD_SEED repeats it.
 */
import assert from 'node:assert/strict'
import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import fc from 'fast-check'
import {CATALOGUE} from '../../src/core/catalogue.js'
import {GodError} from '../../src/core/errors.js'
import {anyOf, anyText, damaged} from '../core/builders.js'
import {amount, isNight, tellCases} from '../support/amount.js'
import {mutator} from './mutate.js'
import {NASTIES} from './nasties.js'

export interface Target<T> {
  readonly name: string
  readonly parse: (text: string) => T
  /** Texts that are whole and good. */
  readonly good: readonly string[]
  /** Words of its grammar. */
  readonly words?: readonly string[]
  /** Of what was taken. Throws if it is not so. */
  readonly holds?: (value: T, text: string) => void
  /** What may be thrown: errors of the catalogue (the default), plain errors for a host that tells them, nothing. */
  readonly throws?: 'catalogued' | 'plain' | 'nothing'
  /** The counts are divided by it: for parsers that read files. */
  readonly slowness?: number
  /** To how many parsers each text goes: each may take the time of one. */
  readonly parsers?: number
}

/** With each change the same inputs, so that what was green stays so; new ones by night. */
const SEED = Number(process.env.GOD_SEED ?? (isNight ? Date.now() % 2 ** 31 : 20_261_128))

/** Milliseconds, and for each letter of a long text. */
const HANG = 50
const HANG_LETTER = 0.002
/** A machine in trouble may hold up one call, but not the same one each time. */
const TRIES = 5

const MOST_MESSAGE = 2000

const isShort = (text: unknown): boolean => typeof text === 'string' && text.length <= MOST_MESSAGE

const checkThrown = (error: unknown, throws: Target<unknown>['throws'] = 'catalogued'): void => {
  assert.notEqual(throws, 'nothing', `it threw ${String(error)}`)
  if (throws === 'plain') {
    // The host tells them in an error of the catalogue, which is bounded.
    assert.ok(error instanceof Error && /^(Error|EngineRefusal)$/.test(error.constructor.name), String(error))
    return
  }
  assert.ok(error instanceof GodError, `it threw ${error instanceof Error ? error.stack : String(error)}`)
  assert.ok(error.code in CATALOGUE && error.code !== 'E_BUG', error.code)
  assert.ok(isShort(error.message) && isShort(error.hint), `it says too much: ${error.message.length}`)
}

const KNOWN: readonly unknown[] = [
  Object.prototype,
  Array.prototype,
  null,
  Map.prototype,
  Uint8Array.prototype,
]

/** Nothing in it got a prototype of a stranger's; what it says of a fault is short. */
const checkValue = (value: unknown, depth = 0): void => {
  if (typeof value !== 'object' || value === null || depth > 5) return
  const prototype: unknown = Object.getPrototypeOf(value)
  assert.ok(KNOWN.includes(prototype) || Buffer.isBuffer(value), 'a value with a prototype of its own')
  assert.ok(!Object.hasOwn(value, '__proto__'), 'a value with a key __proto__')
  if (Reflect.get(value, 'ok') === false) assert.ok(isShort(Reflect.get(value, 'why')), 'it says too much')
  if (Object.hasOwn(value, 'hint')) assert.ok(isShort(Reflect.get(value, 'message')), 'it says too much')
  for (const inner of Object.values(value).slice(0, 50)) checkValue(inner, depth + 1)
}

const BUILT_IN = [
  Object.prototype,
  Array.prototype,
  String.prototype,
  Function.prototype,
  Map.prototype,
  Object,
]
const builtInKeys = (): number => BUILT_IN.reduce<number>((sum, one) => sum + Reflect.ownKeys(one).length, 0)
const KEYS = builtInKeys()

const quietly = (act: () => unknown): void => {
  try {
    act()
  } catch {
    // Judged already.
  }
}

/** Of the processor: a machine that has much to do may let a process wait. */
const timed = (act: () => unknown): number => {
  const begun = process.cpuUsage()
  quietly(act)
  const {user, system} = process.cpuUsage(begun)
  return (user + system) / 1000
}

/** A short word for the kind of answer. */
const kindOf = (value: unknown, error: unknown): string => {
  if (error !== undefined) return String(error instanceof Error ? error.message : error)
  if (typeof value !== 'object' || value === null) return typeof value
  const said: unknown = Reflect.get(value, 'why') ?? Reflect.get(value, 'message')
  return typeof said === 'string' ? said : `taken ${Object.keys(value).length}`
}

const withoutWords = (kind: string): string => kind.slice(0, 120).replace(/\d+|"[^"]*"?|'[^']*'?/g, '')

const checkSpeed = <T>(ms: number, text: string, {parse, parsers = 1}: Target<T>): void => {
  const most = (HANG + HANG_LETTER * text.length) * parsers
  if (ms <= most) return
  const fastest = Math.min(...Array.from({length: TRIES}, () => timed(() => parse(text))))
  assert.ok(fastest <= most, `it took ${Math.round(fastest)} ms at least`)
}

/** Throws what is wrong; returns the kind of the answer. */
const judge = <T>(target: Target<T>, text: string): string => {
  const {parse, throws, holds} = target
  const begun = performance.now()
  let value: T
  try {
    value = parse(text)
  } catch (error) {
    checkSpeed(performance.now() - begun, text, target)
    checkThrown(error, throws)
    return withoutWords(kindOf(null, error))
  }
  checkSpeed(performance.now() - begun, text, target)
  checkValue(value)
  holds?.(value, text)
  return withoutWords(kindOf(value, undefined))
}

const escaped = (text: string): string => {
  const short = text.length > 4000 ? `${text.slice(0, 4000)}… (${text.length})` : text
  return JSON.stringify(short).replace(
    /[\u007f-\uffff]/g,
    c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

const failed = (name: string, text: string, error: unknown): Error =>
  new Error(
    `${error instanceof Error ? error.message : String(error)}\n  the text: ${escaped(text)}\n  seed ${SEED}; keep it in test/fuzz/corpus/${name}/`,
    {cause: error},
  )

const judged = <T>(target: Target<T>, text: string): string => {
  try {
    return judge(target, text)
  } catch (error) {
    throw failed(target.name, text, error)
  }
}

/** Where an error was made costs more than to make it, and nobody asks for it: the text tells it again. */
const withoutStacks = <T>(act: () => T): T => {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return act()
  } finally {
    Error.stackTraceLimit = limit
  }
}

const CORPUS = fileURLToPath(new URL('corpus/', import.meta.url))

/** Past finds of this parser; one file a text, as it is. */
const findsOf = (name: string): readonly string[] => {
  const folder = `${CORPUS}${name}`
  return existsSync(folder) ? readdirSync(folder).map(file => readFileSync(`${folder}/${file}`, 'utf8')) : []
}

const grammarOf = ({good, words = []}: Pick<Target<unknown>, 'good' | 'words'>): fc.Arbitrary<string> =>
  fc.oneof(...(words.length === 0 ? [] : [anyOf(...words)]), ...good.map(damaged), anyText)

const mutate = <T>(target: Target<T>, pool: readonly string[], runs: number): void => {
  const {next, keep} = mutator(pool, target.words ?? [], SEED)
  const kinds = new Set<string>()
  for (let i = 0; i < runs; i++) {
    const text = next()
    const kind = judged(target, text)
    if (kinds.has(kind)) continue
    kinds.add(kind)
    keep(text)
  }
}

const fuzz = <T>(target: Target<T>): number => {
  const finds = findsOf(target.name)
  for (const text of [...target.good, ...finds, ...NASTIES]) judged(target, text)
  const slowness = target.slowness ?? 1
  const drawn = Math.ceil(amount(1000, 20_000) / slowness)
  const grammar = grammarOf(target)
  fc.assert(
    fc.property(grammar, text => void judged(target, text)),
    {numRuns: drawn, seed: SEED},
  )
  const pool = [...target.good, ...finds, ...fc.sample(grammar, {numRuns: 100, seed: SEED})]
  const mutated = Math.ceil(amount(1000, 1_000_000) / slowness)
  withoutStacks(() => mutate(target, pool, mutated))
  assert.equal(builtInKeys(), KEYS, 'something was put into a prototype')
  return target.good.length + finds.length + NASTIES.length + drawn + mutated
}

/** A night's parser may take ten minutes. */
const PATIENCE = amount(30_000, 1_200_000)

export const fuzzed = <T>(target: Target<T>): void => {
  it(`${target.name}: whatever it is given`, () => {
    const begun = performance.now()
    const cases = fuzz(target)
    const rate = Math.round((cases / (performance.now() - begun)) * 1000)
    tellCases(`R16 ${target.name}, seed ${SEED}, ${rate} a second`, cases)
  }).timeout(PATIENCE)
}
