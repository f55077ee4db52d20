/**
 * Whose a job is (state.md 5): which watcher answers for it, and which engine has its container.
 *
 * An engine says nothing about containers that were given to another one: there "absent" does not mean "gone".
 * What an engine does have, with our own token on it, is its own, whatever the engine is called. Pure.
 */
import type {JobRecord} from '../core/job.js'
import {isAllocated, isFinal} from '../core/state.js'

type Found = {readonly nonce: string} | null | undefined

/** Given to another engine: leave it alone. */
export const isElsewhere = ({container: own}: JobRecord, engine: string, found: Found): boolean =>
  own !== null && own.engine !== null && own.engine !== engine && found?.nonce !== own.nonce

/** `engine` null: it cannot be asked. A node that was given another name still has its engine. */
export const isMine = (record: JobRecord, node: string, engine: string | null, found: Found): boolean => {
  if (!isAllocated(record.state) && !isFinal(record.state)) return false
  if (record.node === node || record.container === null) return record.node === node
  return (engine !== null && record.container.engine === engine) || found?.nonce === record.container.nonce
}
