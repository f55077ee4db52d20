/** Durable submissions a second: one submitter, sixteen processes at once, and many jobs by one file; beside the bare disk. */
import {execFileSync, spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {openSite} from '../src/cli/site.js'
import {submitJob} from '../src/cli/submit/submit.js'
import {barePublishes} from './bare-publish.js'
import {line, median, milliseconds} from './measure.js'

const RUNS = 3
const ONE = 300
const PROCESSES = 16
const EACH = 40
const BULK = 10_000
const god = fileURLToPath(new URL('../bin/god.cjs', import.meta.url))
const submitter = fileURLToPath(new URL('../test/support/submitter.ts', import.meta.url))

const folder = mkdtempSync(join(tmpdir(), 'god-bench-'))
const dir = join(folder, 'site')
const env = {PATH: process.env.PATH ?? '', HOME: folder, GOD_SHARED_DIR: dir}
const file = join(folder, 'jobs.ndjson')

const rate = async (jobs: number, work: () => Promise<void> | void): Promise<number> =>
  (jobs / (await milliseconds(work))) * 1000

const one = (): Promise<number> =>
  rate(ONE, () => {
    const site = openSite({dir})
    for (let n = 0; n < ONE; n++) submitJob(site, {command: {kind: 'argv', argv: ['true']}})
  })

/** From the first id that is told to the last: the start of the processes is none of it. */
const sixteen = async (): Promise<number> => {
  const moments: number[] = []
  const begun = Array.from({length: PROCESSES}, (_, n) => {
    const args = ['--import', 'tsx', submitter, dir, String(n), String(EACH)]
    const child = spawn(process.execPath, args, {env, stdio: ['ignore', 'pipe', 'ignore']})
    child.stdout.on('data', (text: Buffer) => {
      for (const _id of text.toString().trim().split('\n')) moments.push(performance.now())
    })
    return once(child, 'close')
  })
  await Promise.all(begun)
  return ((moments.length - 1) / (Math.max(...moments) - Math.min(...moments))) * 1000
}

const bulk = (): Promise<number> =>
  rate(
    BULK,
    () => void execFileSync(process.execPath, [god, 'submit', '--from', file], {env, stdio: 'ignore'}),
  )

try {
  execFileSync(process.execPath, [god, 'init', dir, '--executor', 'fake'], {env, stdio: 'ignore'})
  const job = (n: number): string =>
    JSON.stringify({name: `job-${n}`, argv: ['true'], cpus: 1, mem: '64M', env: {N: `${n}`}})
  writeFileSync(file, Array.from({length: BULK}, (_, n) => `${job(n)}\n`).join(''))
  const seen = {bare: [] as number[], one: [] as number[], sixteen: [] as number[], bulk: [] as number[]}
  for (let run = 0; run < RUNS; run++) {
    seen.bare.push(await barePublishes(500))
    seen.one.push(await one())
    seen.sixteen.push(await sixteen())
    seen.bulk.push(await bulk())
  }
  const bare = median(seen.bare)
  const tell = (what: string, values: readonly number[]): void =>
    line(
      what,
      `${median(values).toFixed(0)} jobs/s`,
      `${(median(values) / bare).toFixed(2)} of the bare rate`,
    )
  line('bare durable publishes', `${bare.toFixed(0)}/s`)
  tell('submissions, one submitter', seen.one)
  tell(`submissions, ${PROCESSES} submitters`, seen.sixteen)
  tell(`submissions, ${BULK} by one file`, seen.bulk)
  line(`all of ${BULK}, start of god included`, `${(BULK / median(seen.bulk)).toFixed(2)} s`)
} finally {
  rmSync(folder, {recursive: true, force: true})
}
