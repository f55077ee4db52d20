/**
 * Who may run as whom here, and what this executor can never do: asked before anything is made.
 *
 * Root takes on the submitter's identity with setpriv, or refuses; anybody else runs jobs of his own only.
 * There is no way on which a job gets more rights than were asked for.
 */
import type {ContainerSpec, Reason} from '@god-cli/api'
import {isName} from './container-files.js'
import {dropArguments, type Platform} from './platform.js'
import {reachReason} from './reach.js'
import type {StoredContainer} from './stored-container.js'

const identityReason = (uid: number, platform: Platform): Reason | null => {
  if (platform.uid !== 0) {
    if (uid === platform.uid) return null
    const text = `the service runs as uid ${platform.uid} and cannot run a job as uid ${uid}`
    return {code: 'identity', text, numbers: {service: platform.uid, job: uid}}
  }
  if (platform.setpriv !== null) return null
  return {
    code: 'identity',
    text: 'setpriv of util-linux is missing or cannot drop rights here',
    numbers: {job: uid},
  }
}

const hasNul = (spec: ContainerSpec): boolean =>
  [spec.wrapper, spec.workDir.source, ...spec.argv, ...Object.entries(spec.env).flat()].some(text =>
    text.includes('\0'),
  )

/** Null: nothing speaks against it. */
export const refusalOf = (spec: ContainerSpec, platform: Platform): Reason | null => {
  if (!isName(spec.name))
    return {code: 'name', text: 'the container name has characters that a file name may not have'}
  if (hasNul(spec))
    return {code: 'command', text: 'a NUL byte in the command, its environment or its directory'}
  if (Object.keys(spec.env).some(name => name === '' || name.includes('='))) {
    return {code: 'environment', text: 'a variable name is empty or contains ='}
  }
  if (spec.resources.gpus > 0) {
    return {code: 'gpus', text: 'the process executor gives no gpus', numbers: {gpus: spec.resources.gpus}}
  }
  if (spec.mounts.some(mount => mount.source !== mount.target || mount.readOnly)) {
    return {code: 'mounts', text: 'the process executor cannot mount: a job sees the paths of the node'}
  }
  if (platform.setsid === null) return {code: 'platform', text: 'setsid of util-linux or busybox is missing'}
  return identityReason(spec.uid, platform) ?? reachReason(spec.workDir.source, spec)
}

/** The program, with arguments, that stands before the job's shell; empty: already the right identity. */
export const dropPrefix = (stored: StoredContainer, platform: Platform): readonly string[] | Reason => {
  const no = identityReason(stored.uid, platform)
  if (no !== null) return no
  return platform.setpriv === null
    ? []
    : [platform.setpriv, ...dropArguments(stored.uid, stored.gid, stored.groups)]
}
