/** Where a plugin is put or taken from: the caller's own place, or with `--system` that of the whole host. */
import {Flags} from '@oclif/core'
import {GodError} from '../../core/errors.js'
import {callerUid} from '../../host/environment.js'
import {systemPlace, userPlace} from '../../host/plugin-places.js'

export interface Place {
  readonly path: string
  readonly level: 'system' | 'user'
}

export const systemFlag = {
  system: Flags.boolean({summary: 'For the whole host; root alone may.', default: false}),
}

export const scriptsFlag = {
  'allow-scripts': Flags.boolean({
    summary: 'Let packages run their install scripts.',
    default: false,
  }),
}

export const placeFor = (system: boolean): Place => {
  if (!system) return {path: userPlace(), level: 'user'}
  if (callerUid() === 0) return {path: systemPlace(), level: 'system'}
  throw new GodError(
    'E_NOT_PERMITTED',
    'plugins of the whole host are root’s',
    'Run it as root, or without --system.',
  )
}
