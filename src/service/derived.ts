/**
 * Writes that nothing is decided on (journal, reasons): what was done before them stands if they fail, also after a
 * crash. A disk that refuses one is told of, and the pass goes on.
 */
import {GodError} from '../core/errors.js'
import {errno} from '../store/disk/file-system.js'
import type {Service} from './service.js'

export const derived = (service: Pick<Service, 'log'>, what: string, write: () => void): void => {
  try {
    write()
  } catch (error) {
    const full = error instanceof GodError && error.code === 'E_DISK_FULL'
    if (!full && errno(error) === null) throw error
    service.log(
      'warning',
      `${what} was not written: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
