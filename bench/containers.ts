/**
 * No-op containers through god against a bare dockerode loop: the same options, the same number in flight, in turn in
 * one run; and the CPU time that god's processes use for a job, beside that of the same calls by hand. 200 jobs at the usual number in flight.
 * Arguments: only these numbers in flight.
 */
import Docker from 'dockerode'
import {type BareContainers, bareContainers} from './bare-container.js'
import {type GodSite, openGodSite} from './god-site.js'
import {line, median, milliseconds, pool} from './measure.js'

const url = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock'
const docker = new Docker({socketPath: url.replace('unix://', '')})

interface Plan {
  readonly inFlight: number
  readonly rounds: number
  readonly jobs: number
}

const PLANS: readonly Plan[] = [
  {inFlight: 1, rounds: 3, jobs: 10},
  {inFlight: 2, rounds: 3, jobs: 20},
  {inFlight: 4, rounds: 5, jobs: 40},
  {inFlight: 8, rounds: 3, jobs: 40},
]

const only = process.argv.slice(2).map(Number)
const plans = PLANS.filter(({inFlight}) => only.length === 0 || only.includes(inFlight))

const ofCluster = async (god: GodSite): Promise<number> => {
  const label = [`god.cluster=${god.site.format.cluster}`]
  return (await docker.listContainers({all: true, filters: {label}})).length
}

const throughGod = (god: GodSite, cpus: number, jobs: number): Promise<number> =>
  milliseconds(async () => {
    const target = god.over() + jobs
    for (let n = 0; n < jobs; n++) god.submit(cpus)
    await god.until(`${target} jobs are over`, () => god.over() >= target)
    await god.until('their containers are gone', async () => (await ofCluster(god)) === 0)
  })

const byHand = (bare: BareContainers, cpus: number, {jobs, inFlight}: Plan): Promise<number> =>
  milliseconds(() =>
    pool(
      Array.from({length: jobs}, () => () => bare.live(cpus)),
      inFlight,
    ),
  )

const mean = (values: readonly number[]): string =>
  (values.reduce((a, b) => a + b, 0) / values.length).toFixed(1)

/** As god makes them: of one that runs. */
const bareLikeGods = async (god: GodSite): Promise<BareContainers> => {
  const id = god.submit(100, ['sleep', '3'])
  await god.until('the first job runs', () => god.site.jobs.read(id)?.record.state === 'running')
  const name = god.site.jobs.read(id)?.record.container?.name ?? ''
  const bare = bareContainers(docker, await docker.getContainer(name).inspect())
  await god.until('the first job is over', () => god.over() === 1)
  return bare
}

const compare = async (god: GodSite, bare: BareContainers, all: number, plan: Plan): Promise<void> => {
  // As many cpus as let so many run at a time.
  const cpus = Math.floor(all / plan.inFlight)
  const [hand, ours, cpu, ownCpu]: [number[], number[], number[], number[]] = [[], [], [], []]
  for (let round = 0; round < plan.rounds; round++) {
    const start = process.cpuUsage()
    hand.push(await byHand(bare, cpus, plan))
    const {user, system} = process.cpuUsage(start)
    ownCpu.push((user + system) / 1000 / plan.jobs)
    const before = god.cpu()
    ours.push(await throughGod(god, cpus, plan.jobs))
    cpu.push((god.cpu() - before) / plan.jobs)
  }
  const rate = (values: readonly number[]): string =>
    ((plan.jobs / median(values)) * 1000).toFixed(2).padStart(5)
  const total = plan.jobs * plan.rounds
  line(
    `${total} no-op jobs, ${plan.inFlight} in flight: bare, god`,
    `${rate(hand)} ${rate(ours)} /s`,
    `god has ${(median(hand) / median(ours)).toFixed(2)} of the bare loop; ${mean(cpu)} ms cpu of god a job, ${mean(ownCpu)} by hand`,
  )
}

const god = await openGodSite(['--image', 'busybox:local'], {DOCKER_HOST: url})
try {
  const bare = await bareLikeGods(god)
  try {
    const all = god.site.nodes.all()[0]?.capacity.cpus ?? 2000
    await byHand(bare, 500, {inFlight: 4, jobs: 8, rounds: 1})
    for (const plan of plans) await compare(god, bare, all, plan)
    line('cpu of god watch in all', `${(god.cpu() / god.over()).toFixed(1)} ms/job`, 'its start included')
  } finally {
    bare.close()
  }
} finally {
  await god.close()
}
