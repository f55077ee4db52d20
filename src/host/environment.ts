/** The only reader of environment variables and of facts about the calling process. */
import {hostname, userInfo} from 'node:os'
import {type Uid, uid} from '../core/brand.js'

/** As it stands, also empty; null = not set. The environment has a prototype too: `constructor` is no variable. */
export const exactVariable = (name: string): string | null =>
  Object.hasOwn(process.env, name) ? (process.env[name] ?? null) : null

/** A variable that is set and not empty, or null. */
export const variable = (name: string): string | null => exactVariable(name) || null

/** `GOD_<KEY>` of each key that is set, with the name of the variable. */
export const godVariables = (
  keys: readonly string[],
): readonly {key: string; name: string; value: string}[] =>
  keys.flatMap(key => {
    const name = `GOD_${key.toUpperCase()}`
    const value = variable(name)
    return value === null ? [] : [{key, name, value}]
  })

/** The kernel's word on who runs this. */
export const callerUid = (): Uid => uid(process.getuid?.() ?? 0)

/** As the account source has it; the number where there is no account. */
export const callerName = (): string => {
  try {
    return userInfo().username
  } catch {
    return String(callerUid())
  }
}

/** As this host has it; null where there is no account. */
export const callerHome = (): string | null => {
  try {
    return userInfo().homedir
  } catch {
    return null
  }
}

/**
 * For code that asks the account for a home and a shell, and dies where the uid has none (in a container, say): what
 * is not set is set as container engines do.
 */
export const standInForAccount = (): void => {
  const missing = Object.entries({HOME: '/', SHELL: '/bin/sh'}).filter(([name]) => variable(name) === null)
  if (missing.length === 0 || hasAccount()) return
  for (const [name, value] of missing) process.env[name] = value
}

const hasAccount = (): boolean => {
  try {
    userInfo()
    return true
  } catch {
    return false
  }
}

/** Null: none, or deleted under us. */
export const workingFolder = (): string | null => {
  try {
    return process.cwd()
  } catch {
    return null
  }
}

/** Null with HOME unset. */
export const homeFolder = (): string | null => variable('HOME')

/** The host's name as a node's: letters, digits, dot, dash. */
export const hostNodeName = (): string =>
  hostname()
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 63) || 'localhost'

/** Every mode is said where a file is made; the caller's umask must not close what a job has to pass through. */
export const fixUmask = (): void => {
  process.umask(0o022)
}
