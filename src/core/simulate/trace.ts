/**
 * The text of a trace as rows: the Standard Workload Format, or jobs as JSON, told apart by the first mark in it. Pure.
 * All of it is read and judged before anything is replayed; the first faults are told with their lines.
 */
import {parseStrictJson} from '../strict-json.js'
import {jobsOfDocument, parseListedJob} from './job-list.js'
import {parseSwfLine, SwfRows} from './swf.js'
import type {TraceRow} from './workload.js'

export interface Fault {
  /** `line 12`, `job 3 of the list`. */
  readonly where: string
  readonly why: string
}

export interface Trace {
  readonly rows: Iterable<TraceRow> & {readonly length: number}
  /** Of the machine, as the header says; null: it says nothing of use. */
  readonly processors: number | null
  readonly faults: readonly Fault[]
}

const onLine = (at: number): string => `line ${at}`

/** Of a count of processors, in a header that may have a remark behind it. */
const processorsIn = (value: string): number | null => {
  const count = Number(/^\d{1,9}/.exec(value)?.[0] ?? 0)
  return count > 0 ? count : null
}

const parseSwf = (lines: Iterable<string>): Trace => {
  const rows = new SwfRows()
  const faults: Fault[] = []
  let processors: number | null = null
  let at = 0
  for (const text of lines) {
    at++
    const line = parseSwfLine(text)
    if (line.kind === 'row') rows.add(at, line.values)
    else if (line.kind === 'bad') faults.push({where: onLine(at), why: line.why})
    else if (line.kind === 'header' && line.key === 'maxprocs') processors ??= processorsIn(line.value)
  }
  return {rows, processors, faults}
}

const listed = (jobs: Iterable<readonly [string, unknown]>): Trace => {
  const rows: TraceRow[] = []
  const faults: Fault[] = []
  for (const [where, json] of jobs) {
    const parsed = parseListedJob(json, rows.length + faults.length + 1)
    if (parsed.ok) rows.push(parsed.value)
    else faults.push({where, why: parsed.why})
  }
  return {rows, processors: null, faults}
}

const faulty = (where: string, why: string): Trace => ({rows: [], processors: null, faults: [{where, why}]})

/** It may have very many jobs, and is the caller's own. */
const anyKeys = (): number => Number.MAX_SAFE_INTEGER

const parseDocument = (text: string): Trace => {
  const json = parseStrictJson(text, anyKeys)
  if (!json.ok) return faulty('the document', json.why)
  const jobs = jobsOfDocument(json.value)
  if (jobs === null) return faulty('the document', 'it is no list of jobs, and has no list "jobs"')
  return listed(jobs.map((job, i) => [`job ${i + 1} of the list`, job]))
}

const parseJsonLines = (lines: Iterable<string>): Trace => {
  const jobs: [string, unknown][] = []
  const faults: Fault[] = []
  let at = 0
  for (const line of lines) {
    at++
    if (line.trim() === '') continue
    const json = parseStrictJson(line)
    if (json.ok) jobs.push([onLine(at), json.value])
    else faults.push({where: onLine(at), why: json.why})
  }
  const trace = listed(jobs)
  return {...trace, faults: [...faults, ...trace.faults]}
}

/** A first line that is a whole object, and no list, is the first of many. */
const isOneOfMany = (line: string): boolean => {
  const json = parseStrictJson(line, anyKeys)
  return json.ok && jobsOfDocument(json.value) === null
}

/** `lines` can be gone through again and again. */
export const parseTrace = (lines: Iterable<string>): Trace => {
  for (const text of lines) {
    const line = text.replace(/^\ufeff/, '').trim()
    if (line === '') continue
    if (!/^[{[]/.test(line)) return parseSwf(lines)
    return isOneOfMany(line) ? parseJsonLines(lines) : parseDocument([...lines].join('\n'))
  }
  return {rows: [], processors: null, faults: []}
}
