/**
 * Who may see or change a job: decided here and nowhere else (security-reliability.md A2, law 10).
 *
 * The caller is a uid proved by the kernel: of the process that reads, or of the owner of the open request.
 */
import type {Uid} from '../brand.js'

export interface Caller {
  readonly uid: Uid
  /** The uid the service runs as, or one that the configuration calls operator. */
  readonly operator: boolean
}

/** `operators`: names, or uids in decimal. */
export const isOneOf = (operators: readonly string[], uid: Uid, name: string | null): boolean =>
  operators.includes(String(uid)) || (name !== null && !/^\d+$/.test(name) && operators.includes(name))

interface Owned {
  readonly uid: Uid
}

export const mayChange = (caller: Caller, job: Owned): boolean => caller.operator || caller.uid === job.uid

/** Script, arguments, environment and output: its owner and the operator alone. */
export const mayReadSpec = mayChange
