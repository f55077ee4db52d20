/**
 * Bytes of state files: one line of JSON that ends in `"sum"`, the sha256 of its own bytes without that field.
 *
 * So a torn, cut or flipped file is told from a whole one without any other file. Only `encode` makes such bytes.
 */
import {createHash} from 'node:crypto'
import type {Parsed} from '../../core/parse-with.js'
import {parseStrictJson} from '../../core/strict-json.js'

const TAIL = /,"sum":"([0-9a-f]{64})"\}\n$/
const DIGITS = 64
const TAIL_LENGTH = ',"sum":""}\n'.length + DIGITS

/** Of one that is damaged so many of its characters may be others. */
const MOST_ODD = 8

export const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** `text`: a JSON object on one line. */
export const seal = (text: string): Uint8Array =>
  Buffer.from(`${text.slice(0, -1)},"sum":"${sha256(text)}"}\n`)

export const encode = (value: object): Uint8Array => seal(JSON.stringify(value))

/** Made when it is first used: it takes longer than reading a short file. */
let strictUtf8: InstanceType<typeof TextDecoder> | null = null

/** Null = not UTF-8. */
export const decodeUtf8 = (bytes: Uint8Array): string | null => {
  try {
    strictUtf8 ??= new TextDecoder('utf-8', {fatal: true})
    return strictUtf8.decode(bytes)
  } catch {
    return null
  }
}

const isHex = (char: string | undefined): boolean => char !== undefined && /[0-9a-f]/.test(char)

/**
 * It ends in what was a sum of so many digits once: a flipped bit must not turn what has one into what has none. `most`:
 * so many of the characters may be others.
 */
export const endsInSum = (text: string, digits: number, end: string, most: number): boolean => {
  const form = `,"sum":"${'h'.repeat(digits)}"}${end}`
  const tail = text.slice(-form.length)
  const odd = [...form].filter((char, i) => (char === 'h' ? !isHex(tail[i]) : tail[i] !== char))
  return tail.length === form.length && odd.length <= most
}

const hasDamagedSum = (text: string): boolean => endsInSum(text, DIGITS, '\n', MOST_ODD)

/**
 * For files that had no sum at first, or that others may write: the text without it, as it is where it has none.
 * Null: it has one that does not fit.
 */
export const withoutSum = (text: string): string | null => {
  const sum = TAIL.exec(text)?.[1]
  if (sum === undefined) return hasDamagedSum(text) ? null : text
  const body = `${text.slice(0, -TAIL_LENGTH)}}`
  return sha256(body) === sum ? body : null
}

/** The text without its sum, whether that fits or not: for what decides nothing, and is read at each start. */
export const unsealed = (text: string): string => {
  const at = TAIL.test(text) ? text.length - TAIL_LENGTH : text.length
  return at === text.length ? text : `${text.slice(0, at)}}`
}

/** As `withoutSum`, of bytes, parsed; or why the bytes are not what was written. */
export const decodeLenient = <T>(bytes: Uint8Array, parse: (value: unknown) => Parsed<T>): Parsed<T> => {
  const text = decodeUtf8(bytes)
  if (text === null) return {ok: false, why: 'not UTF-8'}
  const body = withoutSum(text)
  if (body === null) return {ok: false, why: 'its checksum does not fit'}
  try {
    return parse(JSON.parse(body))
  } catch {
    return {ok: false, why: 'not JSON'}
  }
}

/** The parsed value without its sum, or why the bytes are not what was written. */
export const decode = <T>(bytes: Uint8Array, parse: (value: unknown) => Parsed<T>): Parsed<T> => {
  const text = decodeUtf8(bytes)
  if (text === null) return {ok: false, why: 'not UTF-8'}
  const sum = TAIL.exec(text)?.[1]
  if (sum === undefined) return {ok: false, why: 'cut off: its checksum is missing'}
  const body = `${text.slice(0, -TAIL_LENGTH)}}`
  if (sha256(body) !== sum) return {ok: false, why: 'its checksum does not fit'}
  const json = parseStrictJson(body)
  return json.ok ? parse(json.value) : json
}

/** The same of bytes that have been found twice: that stands for the sum, and for a look at their form. */
export const decodeTwin = <T>(bytes: Uint8Array, parse: (value: unknown) => Parsed<T>): Parsed<T> => {
  const text = decodeUtf8(bytes)
  if (text === null || !TAIL.test(text)) return {ok: false, why: 'cut off: its checksum is missing'}
  try {
    return parse(JSON.parse(unsealed(text)))
  } catch {
    return {ok: false, why: 'not JSON'}
  }
}
