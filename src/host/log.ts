/**
 * The log of a pass: one line on stderr for each thing worth saying, for an operator or for cron's mail.
 * A single pass says only what went wrong, so that cron stays silent; a long-lived one tells what it does.
 */
import {neutralise} from '../core/text.js'
import {iso, systemClock} from './clock.js'

export type Log = (level: 'info' | 'warning', text: string) => void

export interface LogOptions {
  /** Also what is only worth knowing. */
  readonly verbose: boolean
  /** One JSON document a line, for collectors. */
  readonly json: boolean
  readonly write: (line: string) => void
}

export const createLog =
  ({verbose, json, write}: LogOptions): Log =>
  (level, text) => {
    if (level === 'info' && !verbose) return
    const at = iso(systemClock.now())
    if (json) write(`${JSON.stringify({schema: 1, at, level, text})}\n`)
    else write(`${at} ${level === 'warning' ? 'warning: ' : ''}${neutralise(text)}\n`)
  }
