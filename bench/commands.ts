/**
 * Whole commands against `node -e 0` of the same Node, in turn, so that a drift of the machine hits all alike (here
 * by the clock, what a user waits for; bench/start.ts has all of them by CPU); and a submission within a process against the bare durable write of as many bytes.
 */
import {execFileSync} from 'node:child_process'
import {closeSync, fsyncSync, mkdtempSync, openSync, renameSync, rmSync, writeSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {openSite} from '../src/cli/site.js'
import {submitJob} from '../src/cli/submit/submit.js'
import {line, median, milliseconds} from './measure.js'

const ROUNDS = 15
const god = fileURLToPath(new URL('../bin/god.cjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'god-bench-'))
const dir = join(folder, 'site')
const env = {PATH: process.env.PATH ?? '', HOME: folder, GOD_SHARED_DIR: dir}
const run = (...args: string[]): void => {
  execFileSync(process.execPath, args, {env, stdio: ['ignore', 'ignore', 'inherit']})
}

const COMMANDS: Readonly<Record<string, () => void>> = {
  'node -e 0': () => run('-e', '0'),
  'god --version': () => run(god, '--version'),
  'god stat': () => run(god, 'stat'),
  'god submit': () => run(god, 'submit', '--parsable', '--', 'true'),
}

const commands = async (): Promise<void> => {
  run(god, 'init', dir, '--executor', 'fake')
  const times = new Map<string, number[]>(Object.keys(COMMANDS).map(name => [name, []]))
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, work] of Object.entries(COMMANDS)) {
      const ms = await milliseconds(work)
      // The first round warms the disk's cache.
      if (round > 0) times.get(name)?.push(ms)
    }
  }
  const base = median(times.get('node -e 0') ?? [])
  for (const [name, values] of times) {
    line(name, `${median(values).toFixed(0)} ms`, `${(median(values) / base).toFixed(2)} x node -e 0`)
  }
}

const bareWrite = (n: number, bytes: Uint8Array): void => {
  const temp = join(folder, `.t.${n}`)
  const fd = openSync(temp, 'wx')
  writeSync(fd, bytes)
  fsyncSync(fd)
  closeSync(fd)
  renameSync(temp, join(folder, `w${n}`))
  const parent = openSync(folder, 'r')
  fsyncSync(parent)
  closeSync(parent)
}

const submissions = async (): Promise<void> => {
  const site = openSite({dir})
  const bytes = Buffer.alloc(200, 'x')
  const ours: number[] = []
  const bare: number[] = []
  for (let n = 0; n < 200; n++) {
    bare.push(await milliseconds(() => bareWrite(n, bytes)))
    ours.push(await milliseconds(() => void submitJob(site, {command: {kind: 'argv', argv: ['true']}})))
  }
  line('bare durable write', `${median(bare).toFixed(2)} ms`)
  line(
    'submission within a process',
    `${median(ours).toFixed(2)} ms`,
    `${(median(ours) / median(bare)).toFixed(2)} x the bare write`,
  )
}

try {
  await commands()
  await submissions()
} finally {
  rmSync(folder, {recursive: true, force: true})
}
