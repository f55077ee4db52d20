/**
 * One look of fsck at a site, and the second one by which a finding is believed: beside a live scheduler what is half
 * done at the first look is done at the second. Changes nothing.
 */
import type {ListedContainer} from '@god-cli/api'
import {FINDINGS} from '../../core/findings.js'
import {checkState, confirmed, inOrder} from '../../store/fsck/check.js'
import type {Finding} from '../../store/fsck/finding.js'
import {containerFindings} from './containers.js'
import {formatOf, type Ground, placeOf} from './ground.js'

export interface Looked {
  readonly findings: readonly Finding[]
  readonly jobs: number
  readonly revisions: number
  readonly requests: number
  /** Null: the engine was not asked. */
  readonly containers: number | null
}

export interface LookOptions {
  readonly engine: boolean
  /** Before the second look. */
  readonly pause: () => Promise<void>
  /** What could not be looked at. */
  readonly remark: (text: string) => void
}

const listed = async (
  {service}: Ground,
  {engine, remark}: LookOptions,
): Promise<readonly ListedContainer[] | null> => {
  if (!engine || service === null) return null
  try {
    return await service.executor.list()
  } catch (error) {
    remark(`the engine was not asked: ${error instanceof Error ? error.message : String(error)}`)
    return null
  }
}

const lookOnce = async (ground: Ground, options: LookOptions): Promise<Looked> => {
  const containers = await listed(ground, options)
  const format = formatOf(ground)
  const state = checkState(placeOf(ground, format))
  const ofEngine = containers === null ? [] : containerFindings(ground.layout, containers, state.jobs)
  return {
    findings: inOrder([...format.findings, ...state.findings, ...ofEngine]),
    jobs: state.jobs.filter(({top}) => top !== null).length,
    revisions: state.revisions,
    requests: state.requests,
    containers: containers?.length ?? null,
  }
}

export const isSevere = ({id}: Finding): boolean => FINDINGS[id].severity !== 'note'

/** Notes are told as the last look found them: nothing hangs on them. */
export const look = async (ground: Ground, options: LookOptions): Promise<Looked> => {
  const first = await lookOnce(ground, options)
  if (!first.findings.some(isSevere)) return first
  await options.pause()
  const second = await lookOnce(ground, options)
  const sure = confirmed(first.findings, second.findings)
  const notes = second.findings.filter(finding => !isSevere(finding))
  return {...second, findings: inOrder([...sure.filter(isSevere), ...notes])}
}
