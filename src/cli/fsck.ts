/** How `god fsck` shows what it found and what it mended. */
import {counted} from '../core/amounts.js'
import {EXIT} from '../core/exit.js'
import {FINDINGS, type Severity} from '../core/findings.js'
import {neutralise} from '../core/text.js'
import type {Finding} from '../store/fsck/finding.js'
import {SCHEMA} from './jobs/job-json.js'
import type {Style} from './screen/style.js'

interface Told {
  readonly finding: Finding
  readonly repaired: boolean
  readonly failed?: string
}

interface Report {
  readonly findings: readonly Told[]
  readonly jobs: number
  readonly revisions: number
  readonly requests: number
  readonly containers: number | null
}

const severityOf = ({finding}: Told): Severity => FINDINGS[finding.id].severity

const coloured = (severity: Severity, text: string, style: Style): string => {
  if (severity === 'error') return style.bad(text)
  return severity === 'warning' ? style.title(text) : style.faint(text)
}

const cureOf = ({finding, repaired, failed}: Told): string => {
  const {repair, byHand} = FINDINGS[finding.id]
  if (repaired) return `Repaired: ${repair ?? ''}.`
  if (failed !== undefined) return `Not repaired: ${failed}. By hand: ${byHand}.`
  return finding.repair === undefined || repair === null ? `By hand: ${byHand}.` : `--repair: ${repair}.`
}

const line = (told: Told, style: Style): string => {
  const {id, path, text} = told.finding
  const mark = told.repaired
    ? style.good('mended ')
    : coloured(severityOf(told), severityOf(told).padEnd(7), style)
  return `${mark} ${id.padEnd(19)} ${neutralise(`${path}: ${text}`)}\n${' '.repeat(28)}${neutralise(cureOf(told))}\n`
}

const lookedAt = ({jobs, revisions, requests, containers}: Report): string =>
  [
    counted(jobs, 'live job'),
    counted(revisions, 'revision'),
    counted(requests, 'request'),
    ...(containers === null ? [] : [counted(containers, 'container')]),
  ].join(', ')

const counts = ({findings}: Report): string => {
  const open = findings.filter(({repaired}) => !repaired)
  const mended = findings.length - open.length
  const of = (severity: Severity): number => open.filter(told => severityOf(told) === severity).length
  const parts = (['error', 'warning', 'note'] as const).flatMap(severity =>
    of(severity) === 0 ? [] : [counted(of(severity), severity)],
  )
  return [...(mended === 0 ? [] : [`${mended} mended`]), ...(parts.length === 0 ? ['clean'] : parts)].join(
    ', ',
  )
}

export const fsckText = (report: Report, style: Style): string =>
  `${report.findings.map(told => line(told, style)).join('')}${counts(report)}: ${lookedAt(report)}\n`

/** Notes keep nobody from being clean. */
const isClean = ({findings}: Report): boolean =>
  findings.every(told => told.repaired || severityOf(told) === 'note')

export const fsckJson = (report: Report, remarks: readonly string[]): object => ({
  schema: SCHEMA,
  clean: isClean(report),
  findings: report.findings.map(told => ({
    id: told.finding.id,
    severity: severityOf(told),
    job: told.finding.job ?? null,
    path: told.finding.path,
    text: told.finding.text,
    repair: told.finding.repair === undefined ? null : FINDINGS[told.finding.id].repair,
    byHand: FINDINGS[told.finding.id].byHand,
    repaired: told.repaired,
    failed: told.failed ?? null,
  })),
  looked: {
    jobs: report.jobs,
    revisions: report.revisions,
    requests: report.requests,
    containers: report.containers,
  },
  remarks,
})

export const fsckExit = (report: Report): number => (isClean(report) ? EXIT.ok : EXIT.failed)
