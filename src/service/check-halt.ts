/**
 * HALT stops work: a pass before it begins, and one under way before it makes or starts a container.
 * It only reads, so a crash leaves nothing.
 */
import {GodError} from '../core/errors.js'
import {haltReason} from '../store/halt.js'
import type {Service} from './service.js'

export const checkHalt = (service: Pick<Service, 'durable' | 'layout'>): void => {
  const why = haltReason(service.durable.fs, service.layout)
  if (why !== null)
    throw new GodError(
      'E_HALTED',
      `HALT is set: ${why}`,
      `Cure the cause, then remove ${service.layout.halt}.`,
    )
}
