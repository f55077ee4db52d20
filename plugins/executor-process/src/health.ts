/**
 * Findings for `god doctor`: what this host lacks for jobs as processes, and what to do about it.
 *
 * Looks, changes nothing but the empty folder of our control groups, and never throws: what cannot be asked
 * is a finding itself.
 */
import {accessSync, constants} from 'node:fs'
import type {ExecutorHealth} from '@god-cli/api'
import {controllersText} from './cgroups.js'
import type {Platform} from './platform.js'
import {bootId} from './process-table.js'
import type {Site} from './view.js'

const writable = (folder: string): boolean => {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

const finding = (check: string, ok: boolean, text: string, remedy: string): ExecutorHealth =>
  ok ? {check, ok, text} : {check, ok, text, remedy}

const identityFinding = ({uid, setpriv}: Platform): ExecutorHealth =>
  uid === 0
    ? finding(
        'identity',
        setpriv !== null,
        setpriv === null
          ? 'jobs of users are refused: setpriv is missing or cannot drop rights'
          : `drops rights with ${setpriv}`,
        'Install util-linux; a root without the capabilities SETUID, SETGID and SETPCAP cannot drop rights.',
      )
    : {check: 'identity', ok: true, text: `runs jobs of uid ${uid} only`}

const limitsFinding = ({uid, cgroups}: Platform): ExecutorHealth =>
  finding(
    'limits',
    cgroups !== null,
    cgroups === null
      ? 'no memory and cpu limits, usage is sampled'
      : `control groups ${controllersText(cgroups)}`,
    uid === 0 ? 'Mount the control groups writable.' : 'Control groups need the service to run as root.',
  )

export const health = (site: Site): readonly ExecutorHealth[] => {
  try {
    const platform = site.platform()
    const {stateDir} = site.host
    return [
      finding(
        'proc',
        bootId() !== '',
        bootId() === '' ? '/proc does not answer' : '/proc answers',
        'Mount /proc.',
      ),
      finding(
        'setsid',
        platform.setsid !== null,
        platform.setsid ?? 'setsid is missing',
        'Install util-linux.',
      ),
      identityFinding(platform),
      limitsFinding(platform),
      finding(
        'state',
        writable(stateDir),
        `state folder ${stateDir}`,
        'Give the folder to the account of the service.',
      ),
    ]
  } catch (error) {
    return [{check: 'platform', ok: false, text: String(error)}]
  }
}
