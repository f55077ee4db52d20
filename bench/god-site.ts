/** A shared directory of the benchmark's own, with `god watch` at work on it; gone at the end. */
import {execFileSync, spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {openSite, type Site} from '../src/cli/site.js'
import {submitJob} from '../src/cli/submit/submit.js'
import type {JobId} from '../src/core/brand.js'
import {type FileSystem, realFileSystem} from '../src/store/disk/file-system.js'

const god = fileURLToPath(new URL('../bin/god.cjs', import.meta.url))

/** The kernel tells hundredths of a second. */
const MS_PER_TICK = 10

export interface GodSite {
  readonly site: Site
  /** A job that does nothing; its id. */
  submit(cpus: number, argv?: readonly string[]): JobId
  /** Jobs that are over. */
  over(): number
  until(what: string, ready: () => boolean | Promise<boolean>): Promise<void>
  /** When the last request was renamed into the inbox; epoch milliseconds with a fraction. */
  renamed(): number
  /** Milliseconds of CPU time that `god watch` and its children have used. */
  cpu(): number
  close(): Promise<void>
}

export const openGodSite = async (
  init: readonly string[],
  extra: NodeJS.ProcessEnv = {},
): Promise<GodSite> => {
  const folder = mkdtempSync(join(tmpdir(), 'god-bench-'))
  const dir = join(folder, 'site')
  const env = {PATH: process.env.PATH ?? '', HOME: folder, GOD_SHARED_DIR: dir, ...extra}
  execFileSync(process.execPath, [god, 'init', dir, ...init], {env, stdio: 'ignore'})
  let renamedAt = Number.NaN
  const rename: FileSystem['rename'] = (from, to) => {
    realFileSystem.rename(from, to)
    if (to.endsWith('.req')) renamedAt = performance.timeOrigin + performance.now()
  }
  const site = openSite({dir}, {...realFileSystem, rename})
  const watch = spawn(process.execPath, [god, 'watch'], {env, stdio: 'ignore'})
  const ended = once(watch, 'exit')
  const until: GodSite['until'] = async (what, ready) => {
    while (!(await ready())) {
      if (watch.exitCode !== null) throw new Error(`god watch ended while the benchmark waited until ${what}`)
      await pause(10)
    }
  }
  return {
    site,
    submit: (cpus, argv = ['true']) =>
      submitJob(site, {cpus, memory: 32 << 20, command: {kind: 'argv', argv: [...argv]}}).id,
    over: () => site.jobs.all().filter(({record}) => record.state === 'done').length,
    until,
    renamed: () => renamedAt,
    cpu: () => {
      const fields = readFileSync(`/proc/${watch.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * MS_PER_TICK
    },
    close: async () => {
      watch.kill('SIGTERM')
      await ended
      rmSync(folder, {recursive: true, force: true})
    },
  }
}
