/**
 * `god doctor`: what is wrong with this directory, its engine and its accounts, each with its remedy.
 * Looks at everything even if something fails; changes nothing but a probe folder of its own.
 */
import {cpusText} from '../core/amounts.js'
import {GodError} from '../core/errors.js'
import {type Finding, probeDirectory} from '../store/disk/probe.js'
import {checkSite} from './check-site.js'
import {
  accessFinding,
  haltFinding,
  looked,
  looking,
  quarantineFinding,
  recordsFinding,
  requestsFinding,
  temporariesFinding,
} from './doctor-directory.js'
import {namesFinding} from './doctor-names.js'
import {plainFindings, servedByOther} from './doctor-plain.js'
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
  const {durable, layout, uid, now, random} = service
  const live = looked(service)
  const directory = probeDirectory({fs: durable.fs, layout, uid, now, random})
  return [
    ...judged(
      [
        await looking('halt', () => haltFinding(service)),
        ...serviceFindings(host, open),
        ...directory,
        await accountFinding(open),
        await nodesFinding(open),
      ],
      'error',
    ),
    ...judged(
      [
        await looking('quarantine', () => quarantineFinding(service)),
        await looking('requests', () => requestsFinding(service, service.inbox.users())),
        await looking('temporaries', () => temporariesFinding(service)),
        await looking('access', () => accessFinding(service)),
        recordsFinding(live),
        await namesFinding(service),
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
    const owner = servedByOther(host)
    if (owner !== null)
      return (await plainFindings(host, owner)).flatMap(finding =>
        judged([finding], finding.check === 'halt' ? 'error' : 'warning'),
      )
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
