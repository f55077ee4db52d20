/**
 * `god doctor`: what is wrong with this directory, its engine and its accounts, each with its remedy.
 * Looks at everything even if something fails; changes nothing but a probe folder of its own.
 */
import {counted, cpusText} from '../core/amounts.js'
import {GodError} from '../core/errors.js'
import {type Finding, probeDirectory} from '../store/disk/probe.js'
import {staleTemporaries, TEMPORARY_LIFE} from '../store/disk/stale-temporaries.js'
import {checkFolders} from '../store/fsck/owners.js'
import {haltReason} from '../store/halt.js'
import {createJobStore, type LiveJobs} from '../store/jobs/job-store.js'
import {unreadError} from '../store/jobs/unread-jobs.js'
import {createQuarantine, noQuarantine} from '../store/quarantine.js'
import {refusedRequests} from '../store/requests/refused.js'
import {checkSite} from './check-site.js'
import {type HostParts, type OpenService, openService} from './open-service.js'
import {strayFindings} from './stray-jobs.js'
import {runAs, runsAsOther} from './vet-starts.js'

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
        text: `${counted(names.length, 'damaged file')}, the first ${names[0]}`,
        remedy: `Read the .why files in ${service.layout.quarantine}.`,
      }
}

/** What crashes left: the daily sweep of a scheduler takes it, so it tells that there was none. */
const temporariesFinding = ({service: {durable, layout, now}}: OpenService): Finding => {
  const check = 'temporaries'
  const stale = staleTemporaries(durable.fs, layout, now() - TEMPORARY_LIFE)
  const [first] = stale
  if (first === undefined) return {check, ok: true, text: 'none that is two days old'}
  return {
    check,
    ok: false,
    text: `${stale.length} ${stale.length === 1 ? 'is' : 'are'} older than two days, the first is ${first}`,
    remedy: "Let a scheduler run, or sweep them with 'god fsck --repair'.",
  }
}

/** Only the fixed folders: `god fsck` looks at each file. */
const accessFinding = ({service: {durable, layout, format, now}}: OpenService): Finding => {
  const check = 'access'
  const owner = durable.fs.lstat(layout.root).uid
  const place = {fs: durable.fs, layout, owner, mode: format.mode, cluster: null, now, packed: () => null}
  const [first] = checkFolders(place)
  if (first === undefined) return {check, ok: true, text: 'folders are there, and closed to others'}
  return {
    check,
    ok: false,
    text: `${first.path}: ${first.text}`,
    remedy: "See 'god fsck', which knows the cure.",
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
        `${name} with ${cpusText(capacity.cpus)}, ${Math.floor(capacity.memory / 1024 ** 2)} MiB`,
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

const accountFinding = async ({service}: OpenService): Promise<Finding> => {
  const {rootRunsAs} = service.settings
  const remedy = 'Correct root_runs_as, or the account source.'
  try {
    const {uid} = service
    const account = await runAs(service, {uid})
    if (account === null)
      return {
        check: 'account',
        ok: false,
        text: `no account for ${runsAsOther(service, uid) ? rootRunsAs : uid}`,
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
const looked = ({service: {durable, layout, manifest}}: OpenService): LiveJobs =>
  createJobStore({durable, layout, manifest, quarantine: noQuarantine}).live()

const recordsFinding = ({all, unread}: LiveJobs): Finding => {
  const check = 'records'
  const [first] = unread
  if (first === undefined) return {check, ok: true, text: `${counted(all.length, 'live job')} can be read`}
  const {message, hint} = unreadError(...first)
  const others = unread.size > 1 ? `, and ${unread.size - 1} more` : ''
  return {check, ok: false, text: `${message}${others}`, remedy: hint}
}

/** Of a site of many users: whether a pass by this process would be let begin. */
const serviceFindings = (host: HostParts, {service}: OpenService): readonly Finding[] => {
  if (service.format.mode === 'single') return []
  const check = 'service'
  try {
    checkSite(host)
    return [{check, ok: true, text: `uid ${service.uid} may serve many users`}]
  } catch (error) {
    if (!(error instanceof GodError)) throw error
    return [{check, ok: false, text: error.message, remedy: error.hint}]
  }
}

const examined = async (host: HostParts, open: OpenService): Promise<readonly DoctorFinding[]> => {
  const {service} = open
  const live = looked(open)
  const directory = probeDirectory({
    fs: service.durable.fs,
    layout: service.layout,
    uid: service.uid,
    now: service.now,
    random: service.random,
  })
  return [
    ...judged(
      [
        haltFinding(open),
        ...serviceFindings(host, open),
        ...directory,
        await accountFinding(open),
        await nodesFinding(open),
      ],
      'error',
    ),
    ...judged(
      [
        quarantineFinding(open),
        requestsFinding(open),
        temporariesFinding(open),
        accessFinding(open),
        recordsFinding(live),
        ...(await strayFindings(service, live.all)),
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
    return await examined(host, open)
  } finally {
    await open.close()
  }
}
