/**
 * What it costs to start each command that talks to no engine, against `node -e 0` of the same Node: CPU (user and
 * system) and wall time, medians of rounds in which each is run once, so that a drift of the machine hits all alike.
 * Run from the package as it is installed (bundled, with its manifest). CPU is the figure to judge by where others use
 * the machine too.
 */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {installPacked} from '../scripts/install-packed.js'
import {type Cost, cost, line, median} from './measure.js'

const ROUNDS = 21
const folder = mkdtempSync(join(tmpdir(), 'god-bench-'))
const site = (name: string): string => join(folder, name)
/** Nothing of the caller's: with NODE_EXTRA_CA_CERTS each ratio to bare node would look too good. */
const env = {PATH: process.env.PATH ?? '', HOME: folder}

/** With oclif, though they could be answered without. */
const LONG_WAY = ', the long way'

/** The words, and the site if not the quiet one; `+` starts what is not held to the bar. */
const COMMANDS: Readonly<Record<string, readonly [string, string?]>> = {
  'god --version': ['--version'],
  'god --help': ['--help'],
  'god help submit': ['help submit'],
  'god stat': ['stat -a'],
  'god stat (200 jobs)': ['stat -a', 'busy'],
  [`+ god stat (200 jobs)${LONG_WAY}`]: ['stat -a', 'busy'],
  'god show': ['show 1'],
  'god history': ['history 1'],
  'god logs': ['logs 1'],
  'god config': ['config'],
  'god plugins': ['plugins'],
  'god wait (a job that is over)': ['wait 2'],
  'god submit': ['submit --parsable -- true', 'inbox'],
  [`+ god submit${LONG_WAY}`]: ['submit --parsable -- true', 'inbox'],
  'god hold': ['hold 1', 'inbox'],
  'god release': ['release 1', 'inbox'],
  'god suspend': ['suspend 1', 'inbox'],
  'god resume': ['resume 1', 'inbox'],
  'god kill': ['kill 1', 'inbox'],
  'god init (a new directory)': ['init', 'new'],
  '+ god schedule (fake engine)': ['schedule'],
  '+ god watch --once (fake engine)': ['watch --once'],
  '+ god doctor (fake engine)': ['doctor'],
}

interface Timed {
  readonly cpu: number
  readonly wall: number
}

const medians = (costs: readonly Cost[]): Timed => ({
  cpu: median(costs.map(({cpu}) => cpu)),
  wall: median(costs.map(({wall}) => wall)),
})

const start = async (god: string): Promise<void> => {
  const once = (words: string, name = 'quiet', long = false): Cost =>
    cost(process.execPath, [god, ...words.split(' ')], {
      ...env,
      GOD_SHARED_DIR: site(name),
      ...(long ? {GOD_NO_FAST: '1'} : {}),
    })
  for (const name of ['quiet', 'busy', 'inbox']) once('init --executor fake', name)
  for (let job = 0; job < 200; job++) once('submit --parsable -- true', 'busy')
  once('submit --hold -- true')
  once('submit -- true')
  once('kill 2')
  once('submit -- true', 'inbox')
  for (const name of ['quiet', 'busy']) once('schedule', name)

  const bare: Cost[] = []
  const costs = new Map<string, Cost[]>(Object.keys(COMMANDS).map(name => [name, []]))
  // The first round warms the disk's cache.
  for (let round = 0; round <= ROUNDS; round++) {
    const base = cost(process.execPath, ['-e', '0'], env)
    if (round > 0) bare.push(base)
    for (const [name, [words, at]] of Object.entries(COMMANDS)) {
      const spent = once(words, at === 'new' ? `new${round}` : at, name.endsWith(LONG_WAY))
      if (round > 0) costs.get(name)?.push(spent)
    }
  }
  const base = medians(bare)
  line('node -e 0', `${base.cpu.toFixed(0)} ms CPU`, `${base.wall.toFixed(0)} ms`)
  for (const [name, spent] of costs) {
    const {cpu, wall} = medians(spent)
    const ratio = `${(cpu / base.cpu).toFixed(2)} x node -e 0 by CPU, ${(wall / base.wall).toFixed(2)} x by the clock`
    line(name, `${cpu.toFixed(0)} ms CPU`, `${wall.toFixed(0).padStart(4)} ms  ${ratio}`)
  }
}

try {
  await start(installPacked(folder).bin)
} finally {
  rmSync(folder, {recursive: true, force: true})
}
