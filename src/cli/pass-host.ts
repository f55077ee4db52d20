/** What the host lends to a pass (`schedule`, `watch`, `doctor`): clock, identity, providers, a log on stderr. */
import {iso, systemClock} from '../host/clock.js'
import {hasConfigFile, nodeName, readConfiguration} from '../host/config.js'
import {callerUid} from '../host/environment.js'
import {createLog} from '../host/log.js'
import {lookAs} from '../host/look-as.js'
import {mayBeAlive, ownIdentity, upSeconds} from '../host/process.js'
import {randomToken} from '../host/random.js'
import {lackOfRights} from '../host/service-rights.js'
import {locate} from '../host/shared-dir.js'
import {currentOffer} from './offer.js'
import {missingConfig} from './remarks.js'

export interface PassFlags {
  readonly dir: string | undefined
  readonly json: boolean
}

export type PassHost = ReturnType<typeof passHost>

/** `verbose`: a long-lived pass tells what it does; a single one only what went wrong. */
export const passHost = ({dir, json}: PassFlags, role: string, verbose: boolean) => {
  const located = locate(dir)
  const configuration = readConfiguration(located)
  return {
    root: located.root,
    /** Null: it is there. */
    missingConfig: hasConfigFile(located) ? null : located.config,
    configuration,
    providers: currentOffer().providers,
    node: nodeName(configuration),
    uid: callerUid(),
    now: systemClock.now,
    delay: systemClock.delay,
    iso,
    random: randomToken,
    lookAs,
    lack: lackOfRights,
    // A document a line on stdout is for collectors; people and cron read stderr.
    log: createLog({verbose, json, write: line => void (json ? process.stdout : process.stderr).write(line)}),
    lease: {self: ownIdentity(), mayBeAlive, upSeconds},
    role,
  }
}

/** For who acts by it: a configuration that was lost must not be missed silently. */
export const servingHost = (...words: Parameters<typeof passHost>): PassHost => {
  const host = passHost(...words)
  if (host.missingConfig !== null) host.log('warning', missingConfig(host.missingConfig))
  return host
}
