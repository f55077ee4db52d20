/**
 * Findings of `god doctor` on what lies in the shared directory. Each by itself, with no more than the stores it looks at, so
 * that also who may not serve the site can be told them. Only looks.
 */
import {counted} from '../core/amounts.js'
import type {Uid} from '../core/brand.js'
import {isErrno} from '../store/disk/file-system.js'
import type {Finding} from '../store/disk/probe.js'
import {staleTemporaries, TEMPORARY_LIFE} from '../store/disk/stale-temporaries.js'
import {checkFolders} from '../store/fsck/owners.js'
import {haltReason} from '../store/halt.js'
import {createJobStore, type LiveJobs} from '../store/jobs/job-store.js'
import {unreadError} from '../store/jobs/unread-jobs.js'
import {noQuarantine, quarantined} from '../store/quarantine.js'
import {refusedRequests} from '../store/requests/refused.js'
import type {Service} from './service.js'

export type Directory = Pick<Service, 'durable' | 'format' | 'layout' | 'manifest' | 'now' | 'random'>

/** What may not be looked at is told, and the rest goes on. */
export const looking = async (check: string, look: () => Finding | Promise<Finding>): Promise<Finding> => {
  try {
    return await look()
  } catch (error) {
    if (!isErrno(error, 'EACCES', 'EPERM')) throw error
    const why = error instanceof Error ? error.message : String(error)
    return {
      check,
      ok: false,
      text: `not looked at, for you may not: ${why}`,
      remedy: "Ask the operator to run 'god doctor'.",
    }
  }
}

export const haltFinding = ({durable, layout}: Directory): Finding => {
  const why = haltReason(durable.fs, layout)
  return why === null
    ? {check: 'halt', ok: true, text: 'no HALT'}
    : {
        check: 'halt',
        ok: false,
        text: `HALT is set: ${why}`,
        remedy: `Cure the cause, then remove ${layout.halt}.`,
      }
}

export const quarantineFinding = ({durable, layout}: Directory): Finding => {
  const names = quarantined(durable.fs, layout)
  return names.length === 0
    ? {check: 'quarantine', ok: true, text: 'empty'}
    : {
        check: 'quarantine',
        ok: false,
        text: `${counted(names.length, 'damaged file')}, the first ${names[0]}`,
        remedy: `Read the .why files in ${layout.quarantine}.`,
      }
}

/** What crashes left: the daily sweep of a scheduler takes it, so it tells that there was none. */
export const temporariesFinding = ({durable, layout, now}: Directory): Finding => {
  const check = 'temporaries'
  const stale = staleTemporaries(durable.fs, layout, now() - TEMPORARY_LIFE)
  const [first] = stale
  if (first === undefined) return {check, ok: true, text: 'none that is two days old'}
  return {
    check,
    ok: false,
    text: `${stale.length} ${stale.length === 1 ? 'is' : 'are'} older than two days, the first is ${first}`,
    remedy: "Let a scheduler run, or sweep them with 'god fsck --repair'.",
  }
}

/** Only the fixed folders: `god fsck` looks at each file. */
export const accessFinding = ({durable, layout, format, now}: Directory): Finding => {
  const check = 'access'
  const owner = durable.fs.lstat(layout.root).uid
  const place = {fs: durable.fs, layout, owner, mode: format.mode, cluster: null, now, packed: () => null}
  const [first] = checkFolders(place)
  if (first === undefined) return {check, ok: true, text: 'folders are there, and closed to others'}
  return {
    check,
    ok: false,
    text: `${first.path}: ${first.text}`,
    remedy: "See 'god fsck', which knows the cure.",
  }
}

/** What lies in the drop folders and was no request; what policy refused is its owner's business alone. */
export const requestsFinding = ({durable, layout}: Directory, users: readonly Uid[]): Finding => {
  const check = 'requests'
  const bad = users
    .flatMap(user => refusedRequests(durable.fs, layout, user).map(refused => ({...refused, user})))
    .filter(({code}) => code === 'E_REQUEST_BAD')
  const [first] = bad
  if (first === undefined) return {check, ok: true, text: 'none that is damaged or foreign'}
  const folder = layout.dropFolder(first.user)
  return {
    check,
    ok: false,
    text: `${bad.length} not taken, the first in ${folder}: ${first.message}`,
    remedy: `Ask uid ${first.user} what ${folder}/.bad.${first.tok} is, then remove it and its .why file.`,
  }
}

/** The jobs, with nothing put away that is damaged. */
export const looked = ({durable, layout, manifest}: Directory): LiveJobs =>
  createJobStore({durable, layout, manifest, quarantine: noQuarantine}).live()

export const recordsFinding = ({all, unread}: LiveJobs): Finding => {
  const check = 'records'
  const [first] = unread
  if (first === undefined) return {check, ok: true, text: `${counted(all.length, 'live job')} can be read`}
  const {message, hint} = unreadError(...first)
  const others = unread.size > 1 ? `, and ${unread.size - 1} more` : ''
  return {check, ok: false, text: `${message}${others}`, remedy: hint}
}
