/**
 * What it costs to admit 1,000 requests of ten users, beside 1,000 of one user: `god schedule` as root on a site of many, the
 * real disk, the fake engine, by turns in one run. Needs root, for each user drops his requests himself.
 */
import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {type Cost, cost, line, median} from './measure.js'

const RUNS = 5
const REQUESTS = 1000
/** Accounts that every Debian has. */
const TEN = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

const god = fileURLToPath(new URL('../bin/god.cjs', import.meta.url))
const submitter = fileURLToPath(new URL('../test/support/submitter.ts', import.meta.url))
const project = fileURLToPath(new URL('..', import.meta.url))

const submitAs = (uid: number, dir: string, count: number): void => {
  const become = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups']
  const submit = [process.execPath, '--import', 'tsx', submitter, dir, String(uid), String(count)]
  execFileSync('setpriv', [...become, ...submit], {cwd: project, stdio: ['ignore', 'ignore', 'inherit']})
}

const admission = (users: readonly number[]): Cost => {
  const folder = mkdtempSync(join(tmpdir(), 'god-bench-'))
  const dir = join(folder, 'site')
  const env = {PATH: process.env.PATH ?? '', HOME: folder, GOD_SHARED_DIR: dir}
  try {
    execFileSync('chmod', ['755', folder])
    execFileSync(process.execPath, [god, 'init', dir, '--executor', 'fake', '--multi-user'], {
      env,
      stdio: 'ignore',
    })
    for (const uid of users) submitAs(uid, dir, REQUESTS / users.length)
    const spent = cost(process.execPath, [god, 'schedule'], env)
    const left = execFileSync(process.execPath, [god, 'stat', '-a', '-t', 'all', '--json', '-L', '5000'], {
      env,
    })
    const {jobs} = JSON.parse(left.toString()) as {jobs: {reason: {code: string} | null}[]}
    const admitted = jobs.filter(({reason}) => reason?.code !== 'new').length
    if (admitted !== REQUESTS) throw new Error(`${admitted} of ${REQUESTS} requests were admitted`)
    return spent
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

const one: Cost[] = []
const ten: Cost[] = []
for (let run = 0; run < RUNS; run++) {
  one.push(admission(TEN.slice(0, 1)))
  ten.push(admission(TEN))
}
const of = (costs: readonly Cost[], which: keyof Cost): number => median(costs.map(spent => spent[which]))
for (const which of ['wall', 'cpu'] as const) {
  line(`${REQUESTS} requests of one user, ${which}`, `${of(one, which).toFixed(0)} ms`)
  line(
    `${REQUESTS} requests of ten users, ${which}`,
    `${of(ten, which).toFixed(0)} ms`,
    `${(of(ten, which) / of(one, which)).toFixed(2)} of one user`,
  )
}
