/** How `god doctor` shows what it found. */

import {GodError} from '../../core/errors.js'
import {EXIT} from '../../core/exit.js'
import {neutralise} from '../../core/text.js'
import {variable} from '../../host/environment.js'
import {mountOf, roomOf, watchLimits} from '../../host/place.js'
import {readFormatCopy, readFormatText} from '../../store/directory.js'
import {realFileSystem} from '../../store/disk/file-system.js'
import {layoutOf} from '../../store/layout.js'
import {SCHEMA} from '../jobs/job-json.js'
import {type PassFlags, type PassHost, passHost} from '../pass-host.js'
import {missingConfig} from '../remarks.js'
import type {Style} from '../screen/style.js'
import {mountFinding, roomFinding, watchFinding} from './place.js'

interface Finding {
  readonly check: string
  readonly severity: 'ok' | 'warning' | 'error'
  readonly text: string
  readonly remedy?: string
}

interface Opened {
  /** Null: with this configuration nothing can be looked at. */
  readonly host: PassHost | null
  readonly finding: Finding
}

/** The configuration comes first: the rest is looked at by it. */
export const doctorHost = (flags: Pick<PassFlags, 'dir'>): Opened => {
  const check = 'config'
  try {
    const host = passHost({...flags, json: false}, 'doctor', false)
    const {missingConfig: file} = host
    const remedy = `Restore it, or write one: 'god config' shows what is in force.`
    return file === null
      ? {host, finding: {check, severity: 'ok', text: 'can be read'}}
      : {host, finding: {check, severity: 'warning', text: missingConfig(file), remedy}}
  } catch (error) {
    if (!(error instanceof GodError)) throw error
    return {host: null, finding: {check, severity: 'error', text: error.message, remedy: error.hint}}
  }
}

const declared = (root: string): 'local' | 'nfs' | null => {
  const layout = layoutOf(root)
  const [text, copy] = [readFormatText(realFileSystem, layout), readFormatCopy(realFileSystem, layout)]
  return text.ok ? text.value.fs : copy.ok ? copy.value.fs : null
}

/** On where it lies; nothing where nobody knows that. */
export const placeFindings = (host: PassHost | null): readonly Finding[] =>
  host === null || roomOf(host.root) === null
    ? []
    : [
        mountFinding(mountOf(host.root), declared(host.root)),
        roomFinding(roomOf(host.root)),
        watchFinding(watchLimits()),
      ]

/** What slows every command down on this host, outside of the shared directory. */
export const hostFindings = (): readonly Finding[] => {
  const certificates = variable('NODE_EXTRA_CA_CERTS')
  if (certificates === null) return []
  return [
    {
      check: 'start-up',
      severity: 'warning',
      text: `NODE_EXTRA_CA_CERTS is set (${certificates}): Node 20 reads that file at each start`,
      remedy: 'Unset it where god needs no certificates.',
    },
  ]
}

const MARK = {ok: 'ok', warning: 'warn', error: 'FAIL'} as const

const line = ({check, severity, text, remedy}: Finding, style: Style): string => {
  const mark = MARK[severity].padEnd(5)
  const shown =
    severity === 'ok' ? style.good(mark) : severity === 'error' ? style.bad(mark) : style.title(mark)
  const cure =
    severity === 'ok' || (remedy ?? '') === '' ? '' : `\n      ${' '.repeat(13)}${neutralise(remedy ?? '')}`
  return `${shown} ${check.padEnd(12)} ${neutralise(text)}${cure}\n`
}

export const doctorText = (findings: readonly Finding[], style: Style): string =>
  findings.map(finding => line(finding, style)).join('')

export const doctorJson = (findings: readonly Finding[]): object => ({
  schema: SCHEMA,
  healthy: findings.every(({severity}) => severity !== 'error'),
  findings: findings.map(({check, severity, text, remedy}) => ({
    check,
    severity,
    text,
    remedy: severity === 'ok' ? null : (remedy ?? null),
  })),
})

export const doctorExit = (findings: readonly Finding[]): number =>
  findings.some(({severity}) => severity === 'error') ? EXIT.failed : EXIT.ok
