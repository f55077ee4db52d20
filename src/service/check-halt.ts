/**
 * HALT stops work: a pass before it begins, and one under way before it makes or starts a container.
 * It only reads, so a crash leaves nothing.
 */
import {GodError} from '../core/errors.js'
import {haltReason} from '../store/halt.js'
import type {Service} from './service.js'

type Place = Pick<Service, 'durable' | 'layout'>

const reason = ({durable, layout}: Place): string | null => haltReason(durable.fs, layout)

export const isHalted = (service: Place): boolean => reason(service) !== null

export const checkHalt = (service: Place): void => {
  const why = reason(service)
  if (why !== null)
    throw new GodError(
      'E_HALTED',
      `HALT is set: ${why}`,
      `Cure the cause, then remove ${service.layout.halt}.`,
    )
}
