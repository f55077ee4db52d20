/**
 * What very many waiting jobs cost: the snapshot, `stat`, the passes, memory and disk, side by side for each number of
 * jobs in argv (default 1000 and 10000). Sixty of them are the caller's; one runs, all others wait behind it. With
 * GOD_BENCH_PACKED, so many finished jobs are packed beside them at the end, and what they change is told.
 */
import {execFileSync, spawn} from 'node:child_process'
import {existsSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import {openSite} from '../src/cli/site.js'
import {type Account, writeLiveState} from './live-state.js'
import {cost, line, median, milliseconds} from './measure.js'
import {fillPackedSite} from './packed-site.js'

const SIZES = process.argv.slice(2).map(Number).filter(Number.isSafeInteger)
const PACKED = Number(process.env.GOD_BENCH_PACKED ?? 0)
const MINE = 60
/** A whole node of the simulated engine. */
const CPUS = 4000
const god = fileURLToPath(new URL('../bin/god.cjs', import.meta.url))
const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'god-bench-'))
const env = {PATH: process.env.PATH ?? '', HOME: folder}
const ms = (value: number): string => `${value.toFixed(1)} ms`
const mib = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(0)} MiB`

const made = (name: string): string => {
  const dir = join(folder, name)
  execFileSync(process.execPath, [god, 'init', dir, '--executor', 'fake'], {env, stdio: 'ignore'})
  return dir
}

/** Every so many is the caller's, the others are of twenty people. */
const owners =
  (jobs: number, uid: number) =>
  (id: number): Account =>
    id % Math.ceil(jobs / MINE) === 0 ? {uid, name: 'me'} : {uid: 70_000 + (id % 20), name: `user${id % 20}`}

const god5 = (...args: readonly string[]) => {
  const runs = Array.from({length: 5}, () => cost(process.execPath, [god, ...args], env))
  return {wall: median(runs.map(({wall}) => wall)), cpu: median(runs.map(({cpu}) => cpu))}
}

interface Passes {
  readonly schedule: readonly number[]
  /** Each after one more submission. */
  readonly changed: readonly number[]
  readonly cpu: readonly number[]
  readonly watch: readonly number[]
  readonly rss: number
}

const passes = (dir: string, times = 15): Passes =>
  JSON.parse(
    execFileSync(process.execPath, ['--import', 'tsx', beside('state-pass.ts'), dir, String(times)], {
      env,
      encoding: 'utf8',
    }),
  )

const warm = ({schedule}: Passes): number => median(schedule.slice(3))

/** Until the index has all that rests. */
const indexed = async (dir: string): Promise<void> => {
  const site = openSite({dir})
  site.jobs.live()
  await pause(2100)
  for (let i = 0; i < 3; i++) {
    site.jobs.refreshIndex(site.random, site.now())
    site.jobs.live()
  }
}

const besideReader = async <T>(dir: string, act: () => T): Promise<T> => {
  const reader = spawn(process.execPath, ['--import', 'tsx', beside('state-reader.ts'), dir], {env})
  await pause(1500)
  try {
    return act()
  } finally {
    reader.kill('SIGTERM')
  }
}

const disk = (dir: string): readonly [files: number, bytes: number] => {
  const words = execFileSync('du', ['--inodes', '-s', dir], {encoding: 'utf8'})
  const bytes = execFileSync('du', ['-s', '--apparent-size', '-B1', dir], {encoding: 'utf8'})
  return [Number.parseInt(words, 10), Number.parseInt(bytes, 10)]
}

/** A directory in which so many wait; the index knows all that rests. */
const waiting = async (
  name: string,
  jobs: number,
  tell?: (site: string) => Promise<void>,
): Promise<string> => {
  const dir = made(name)
  const site = openSite({dir})
  const owner = owners(jobs, site.uid)
  writeLiveState({layout: site.layout, jobs, owner, cpus: CPUS, from: site.now() - jobs * 1000})
  await tell?.(dir)
  execFileSync(process.execPath, [god, 'schedule'], {env: {...env, GOD_SHARED_DIR: dir}, stdio: 'ignore'})
  await indexed(dir)
  return dir
}

const ROUNDS = 5

/** Beside a twin without packed jobs, by turns: a drift of the machine hits both alike. */
const withPacked = async (dir: string, jobs: number): Promise<void> => {
  const twin = await waiting(`twin-of-${jobs}`, jobs)
  fillPackedSite({dir, jobs: PACKED, first: jobs + 1, specs: false})
  await indexed(dir)
  const turns = Array.from({length: ROUNDS}, () => ({bare: passes(twin, 30), full: passes(dir, 30)}))
  const what = `${jobs} jobs, and ${PACKED} packed`
  for (const [name, words] of [
    [`stat of my ${MINE}`, ['stat', '--dir', dir]],
    ['god schedule, a process of its own', ['schedule', '--dir', dir]],
  ] as const) {
    const {wall, cpu} = god5(...words)
    line(`${what}: ${name}`, ms(wall), `CPU ${ms(cpu)}`)
  }
  const compare = (name: string, of: (one: Passes) => number): void => {
    const [bare, full] = [median(turns.map(turn => of(turn.bare))), median(turns.map(turn => of(turn.full)))]
    line(`${what}: ${name}`, ms(full), `${(full / bare).toFixed(3)} of without`)
  }
  compare('scheduling pass, warm', warm)
  compare('its CPU', ({cpu}) => median(cpu.slice(3)))
  line(`${what}: memory of scheduler and watcher`, mib(median(turns.map(({full}) => full.rss))))
}

const measure = async (
  jobs: number,
  empty: {wall: number; cpu: number},
): Promise<ReadonlyMap<string, number>> => {
  const figures = new Map<string, number>()
  const tell = (what: string, value: number, remark = ''): void => {
    figures.set(what, value)
    line(`${jobs} jobs: ${what}`, ms(value), remark)
  }
  const dir = await waiting(`of-${jobs}`, jobs, async fresh =>
    tell('snapshot without an index', await milliseconds(() => void openSite({dir: fresh}).jobs.all())),
  )
  const cold = openSite({dir})
  tell('snapshot, cold', await milliseconds(() => void cold.jobs.all()))
  tell('snapshot, warm', await milliseconds(() => void cold.jobs.all()))
  for (const [what, words] of [
    [`stat of my ${MINE}`, ['stat', '--dir', dir]],
    ['stat of all', ['stat', '-a', '--dir', dir]],
    ['god schedule, a process of its own', ['schedule', '--dir', dir]],
  ] as const) {
    const {wall, cpu} = god5(...words)
    tell(what, wall, `CPU ${ms(cpu)}; stat of none ${ms(empty.wall)}, CPU ${ms(empty.cpu)}`)
  }
  await indexed(dir)
  const quiet = passes(dir)
  tell(
    'scheduling pass, warm',
    warm(quiet),
    `CPU ${ms(median(quiet.cpu.slice(3)))}; the first ${ms(quiet.schedule[0] ?? Number.NaN)}`,
  )
  tell('scheduling pass after one more job', median(quiet.changed.slice(1)))
  tell('watcher pass, warm', median(quiet.watch.slice(3)))
  const read = await besideReader(dir, () => warm(passes(dir, 60)))
  tell(
    'scheduling pass beside 100 readings a second',
    read,
    `${(read / warm(passes(dir, 60))).toFixed(2)} of alone`,
  )
  line(`${jobs} jobs: memory of scheduler and watcher`, mib(quiet.rss))
  const [files, bytes] = disk(dir)
  line(
    `${jobs} jobs: on the disk`,
    `${(files / jobs).toFixed(2)} files`,
    `${(bytes / jobs).toFixed(0)} bytes a job`,
  )
  if (PACKED > 0) await withPacked(dir, jobs)
  return figures
}

try {
  const nobody = made('empty')
  const empty = god5('stat', '--dir', nobody)
  let before: ReadonlyMap<string, number> | null = null
  for (const jobs of SIZES.length > 0 ? SIZES : [1000, 10_000]) {
    const figures = await measure(jobs, empty)
    for (const [what, value] of figures) {
      const old = before?.get(what)
      if (old !== undefined) line(`growth to ${jobs} jobs: ${what}`, `x ${(value / old).toFixed(1)}`)
    }
    before = figures
  }
} finally {
  rmSync(folder, {recursive: true, force: true})
}
