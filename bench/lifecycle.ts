/**
 * Whole lives of jobs on a real disk with the simulated engine: what god itself costs a job, nothing else running. Beside
 * it what the disk gives in the same run: a life is four publishes.
 */
import {execFileSync, spawn} from 'node:child_process'
import {once} from 'node:events'
import {appendFileSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {openSite} from '../src/cli/site.js'
import {submitMany} from '../src/cli/submit/bulk.js'
import {parseJobLines} from '../src/cli/submit/job-lines.js'
import {judgeOf} from '../src/cli/submit/submit.js'
import {localTime} from '../src/host/local-time.js'
import {barePublishes} from './bare-publish.js'
import {line, median, milliseconds} from './measure.js'

const JOBS = 400
const RUNS = 3
/** Publishes of a life: spec and record of the admission, the start, the end (of one that is over at once). */
const PUBLISHES = 4
const god = fileURLToPath(new URL('../bin/god.cjs', import.meta.url))

/** Lives a second, from the start of `god watch` with all jobs waiting. */
const lives = async (): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), 'god-bench-'))
  const dir = join(folder, 'site')
  const env = {PATH: process.env.PATH ?? '', HOME: folder, GOD_SHARED_DIR: dir}
  execFileSync(process.execPath, [god, 'init', dir, '--executor', 'fake'], {env, stdio: 'ignore'})
  appendFileSync(join(dir, 'go-d.ini'), '[plugin.fake]\nnode_cpus = 64000\n')
  const site = openSite({dir})
  const text = '{"argv":["true"],"cpus":0.5,"mem":1}\n'.repeat(JOBS)
  const {jobs} = parseJobLines(Buffer.from(text), {defaults: {}, local: localTime(site.now())}, judgeOf(site))
  await submitMany(site, jobs, {signal: new AbortController().signal, told: () => undefined})
  const watch = spawn(process.execPath, [god, 'watch'], {env, stdio: 'ignore'})
  const ended = once(watch, 'exit')
  const over = (): number => site.jobs.all().filter(({record}) => record.state === 'done').length
  try {
    const took = await milliseconds(async () => {
      while (over() < JOBS) await pause(200)
    })
    return (JOBS / took) * 1000
  } finally {
    watch.kill('SIGTERM')
    await ended
    rmSync(folder, {recursive: true, force: true})
  }
}

const bare: number[] = []
const full: number[] = []
for (let run = 0; run < RUNS; run++) {
  bare.push(await barePublishes(500))
  full.push(await lives())
}
line('bare durable publishes', `${median(bare).toFixed(0)}/s`)
line(
  `lives of ${JOBS} jobs on the fake engine`,
  `${median(full).toFixed(0)} jobs/s`,
  `${((median(full) * PUBLISHES) / median(bare)).toFixed(2)} of the bare rate, ${PUBLISHES} publishes a life`,
)
