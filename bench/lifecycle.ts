/** Whole lives of jobs on a real disk with the simulated engine: what god itself costs a job, nothing else running. */
import {execFileSync, spawn} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {openSite} from '../src/cli/site.js'
import {submitJob} from '../src/cli/submit.js'
import {line, milliseconds} from './measure.js'

const JOBS = 200
const god = fileURLToPath(new URL('../bin/god.cjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'god-bench-'))
const dir = join(folder, 'site')
const env = {PATH: process.env.PATH ?? '', HOME: folder, GOD_SHARED_DIR: dir}

execFileSync(process.execPath, [god, 'init', dir, '--executor', 'fake'], {env, stdio: 'ignore'})
const site = openSite({dir})
const submitted = await milliseconds(() => {
  for (let n = 0; n < JOBS; n++)
    submitJob(site, {cpus: 100, memory: 1 << 20, command: {kind: 'argv', argv: ['true']}})
})
line(`${JOBS} submissions, one submitter`, `${((JOBS / submitted) * 1000).toFixed(0)} jobs/s`)

const watch = spawn(process.execPath, [god, 'watch'], {env, stdio: 'ignore'})
const ended = new Promise(resolve => watch.once('exit', resolve))
try {
  const lived = await milliseconds(async () => {
    while (site.jobs.all().filter(({record}) => record.state === 'done').length < JOBS) await pause(20)
  })
  line(
    `${JOBS} lives on the fake engine`,
    `${((JOBS / lived) * 1000).toFixed(0)} jobs/s`,
    'start of god watch included',
  )
} finally {
  watch.kill('SIGTERM')
  await ended
  rmSync(folder, {recursive: true, force: true})
}
