/**
 * `god doctor`: what is wrong with this directory, its engine and its accounts, each with its remedy.
 * Looks at everything even if something fails; changes nothing but a probe folder of its own.
 */
import {GodError} from '../core/errors.js'
import {haltReason} from '../store/halt.js'
import {createJobStore} from '../store/job-store.js'
import {type Finding, probeDirectory} from '../store/probe.js'
import {createQuarantine, noQuarantine} from '../store/quarantine.js'
import {refusedRequests} from '../store/refused.js'
import {type HostParts, type OpenService, openService} from './open-service.js'
import {strayFindings} from './stray-jobs.js'

/** `warning`: works, but not as well or as safely as it could. */
export interface DoctorFinding extends Finding {
  readonly severity: 'ok' | 'warning' | 'error'
}

/** What is slow or misleads, but keeps no job from running. */
const ADVICE: readonly string[] = ['sync', 'clock']

const judged = (findings: readonly Finding[], severity: 'warning' | 'error'): readonly DoctorFinding[] =>
  findings.map(finding => ({
    ...finding,
    severity: finding.ok ? 'ok' : ADVICE.includes(finding.check) ? 'warning' : severity,
  }))

const haltFinding = ({service}: OpenService): Finding => {
  const why = haltReason(service.durable.fs, service.layout)
  return why === null
    ? {check: 'halt', ok: true, text: 'no HALT'}
    : {
        check: 'halt',
        ok: false,
        text: `HALT is set: ${why}`,
        remedy: `Cure the cause, then remove ${service.layout.halt}.`,
      }
}

const quarantineFinding = ({service}: OpenService): Finding => {
  const names = createQuarantine(service.durable.fs, service.layout, service.random).names()
  return names.length === 0
    ? {check: 'quarantine', ok: true, text: 'empty'}
    : {
        check: 'quarantine',
        ok: false,
        text: `${names.length} damaged ${names.length === 1 ? 'file' : 'files'}, the first ${names[0]}`,
        remedy: `Read the .why files in ${service.layout.quarantine}.`,
      }
}

/** What lies in the drop folders and was no request; what policy refused is its owner's business alone. */
const requestsFinding = ({service: {durable, layout, inbox}}: OpenService): Finding => {
  const check = 'requests'
  const bad = inbox
    .users()
    .flatMap(user => refusedRequests(durable.fs, layout, user).map(refused => ({...refused, user})))
    .filter(({code}) => code === 'E_REQUEST_BAD')
  const [first] = bad
  if (first === undefined) return {check, ok: true, text: 'none that is damaged or foreign'}
  const folder = layout.dropFolder(first.user)
  return {
    check,
    ok: false,
    text: `${bad.length} not taken, the first in ${folder}: ${first.message}`,
    remedy: `Ask uid ${first.user} what ${folder}/.bad.${first.tok} is, then remove it and its .why file.`,
  }
}

const nodesFinding = async ({service}: OpenService): Promise<Finding> => {
  try {
    const nodes = await service.executor.nodes()
    const text = nodes.map(
      ({name, capacity}) =>
        `${name} with ${capacity.cpus / 1000} cpus, ${Math.floor(capacity.memory / 1024 ** 2)} MiB`,
    )
    return {
      check: 'nodes',
      ok: nodes.length > 0,
      text: text.join('; ') || 'none',
      remedy: 'See the findings on the engine.',
    }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return {
      check: 'nodes',
      ok: false,
      text: `the executor does not answer: ${text}`,
      remedy: 'Start the engine, or correct docker_url.',
    }
  }
}

const accountFinding = ({service}: OpenService): Finding => {
  const {rootRunsAs} = service.settings
  const remedy = 'Correct root_runs_as, or the account source.'
  try {
    const account = service.uid === 0 ? service.auth.byName(rootRunsAs) : service.auth.byUid(service.uid)
    if (account === null)
      return {
        check: 'account',
        ok: false,
        text: `no account for ${service.uid === 0 ? rootRunsAs : service.uid}`,
        remedy,
      }
    return {
      check: 'account',
      ok: true,
      text: `jobs of uid ${service.uid} run as ${account.name} (${account.uid}:${account.gid})`,
    }
  } catch (error) {
    return {check: 'account', ok: false, text: `accounts cannot be looked up: ${String(error)}`, remedy}
  }
}

/** The jobs, with nothing put away that is damaged. */
const looked = ({service: {durable, layout, manifest}}: OpenService) =>
  createJobStore({durable, layout, manifest, quarantine: noQuarantine}).all()

const examined = async (open: OpenService): Promise<readonly DoctorFinding[]> => {
  const {service} = open
  const directory = probeDirectory({
    fs: service.durable.fs,
    layout: service.layout,
    uid: service.uid,
    now: service.now,
    random: service.random,
  })
  return [
    ...judged([haltFinding(open), ...directory, accountFinding(open), await nodesFinding(open)], 'error'),
    ...judged(
      [
        quarantineFinding(open),
        requestsFinding(open),
        ...(await strayFindings(service, looked(open))),
        ...(await service.executor.health()),
      ],
      'warning',
    ),
  ]
}

export const runDoctor = async (host: HostParts): Promise<readonly DoctorFinding[]> => {
  let open: OpenService
  try {
    open = await openService(host)
  } catch (error) {
    if (!(error instanceof GodError)) throw error
    return [{check: 'open', ok: false, severity: 'error', text: error.message, remedy: error.hint}]
  }
  try {
    return await examined(open)
  } finally {
    await open.close()
  }
}
