/**
 * Whether the caller may act on the jobs of everybody, as the service will see it: an early word, for only the service
 * looks up who bears the names of the configuration.
 */
import {isOneOf} from '../core/permission.js'
import {callerName} from '../host/environment.js'
import type {Site} from './site.js'

/** A site of one user is run by himself. */
export const isOperator = ({uid, format: {mode}, configuration: {settings}}: Site): boolean =>
  uid === 0 ||
  mode === 'single' ||
  (settings.operators.length > 0 && isOneOf(settings.operators, uid, callerName()))
