/** Builders of arrays for the tests of the core. */
import assert from 'node:assert/strict'
import {successionFault} from '../../src/core/array/law.js'
import {newArray, startTasks} from '../../src/core/array/start.js'
import {taskRecord} from '../../src/core/array/view.js'
import {type Instant, rev, token} from '../../src/core/brand.js'
import {type JobRecord, parseRecord} from '../../src/core/job.js'
import type {Change} from '../../src/core/outcome.js'
import {aRecord, NOW} from './builders.js'

export const STEM = 'god-5f0a1c9e-42'

export const anArray = (text: string, over: Partial<JobRecord> = {}): JobRecord =>
  aRecord({array: newArray(text, over.state === 'held'), ...over})

/** The next revision, as the store makes it. */
export const revised = (record: JobRecord, change: Change): JobRecord => ({
  ...record,
  ...change,
  rev: rev(record.rev + 1),
})

/** The same, if the law allows it and a parser reads it again. */
export const lawfully = (record: JobRecord, change: Change): JobRecord => {
  const made = revised(record, change)
  assert.equal(successionFault(record, made), null)
  const parsed = parseRecord(JSON.parse(JSON.stringify(made)))
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.why)
  return made
}

export const started = (record: JobRecord, count: number, now: Instant = NOW): JobRecord => {
  const starts = Array.from({length: count}, (_, i) => ({
    node: 'n1',
    engine: 'fake:n1',
    nonce: token((record.rev * 1000 + i).toString(16).padStart(24, '0')),
  }))
  const start = startTasks(record, STEM, starts, now)
  return start === null ? record : revised(record, start.change)
}

export const task = (record: JobRecord, number: number): JobRecord => {
  const view = taskRecord(record, number)
  if (view === null) throw new Error(`no task ${number}`)
  return view
}
