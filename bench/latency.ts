/**
 * From a submission to its container: what a long-lived watcher at rest adds to a bare create and start of the same
 * container, in turn. Both end when the engine tells that the container has started; the bare one begins with the
 * call of create, ours with the rename of the request into the inbox.
 */
import Docker from 'dockerode'
import type {JobId} from '../src/core/brand.js'
import {bareContainers} from './bare-container.js'
import {openGodSite} from './god-site.js'
import {line, median} from './measure.js'
import {startTimes} from './start-times.js'

const ROUNDS = 25
const CPUS = 500
const url = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock'
const docker = new Docker({socketPath: url.replace('unix://', '')})

const god = await openGodSite(['--image', 'busybox:local'], {DOCKER_HOST: url})
const starts = await startTimes(docker)
const nameOf = (id: JobId): string => god.site.jobs.read(id)?.record.container?.name ?? ''

/** The whole life of one job; milliseconds from the rename to its start. */
const submitted = async (argv: readonly string[] = ['true']): Promise<number> => {
  const target = god.over() + 1
  const id = god.submit(CPUS, argv)
  const began = god.renamed()
  await god.until(`job ${id} is over`, () => god.over() >= target)
  const name = nameOf(id)
  await god.until('its start was told', () => starts.of(name) !== null)
  return (starts.of(name) ?? Number.NaN) - began
}

try {
  const first = god.submit(CPUS, ['sleep', '2'])
  await god.until('the first job runs', () => god.site.jobs.read(first)?.record.state === 'running')
  const bare = bareContainers(docker, await docker.getContainer(nameOf(first)).inspect())
  await god.until('the first job is over', () => god.over() === 1)
  try {
    const byHand: number[] = []
    const ours: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      byHand.push(await bare.start(CPUS, starts))
      ours.push(await submitted())
    }
    const more = median(ours) - median(byHand)
    line(
      `create and start of a container, by hand`,
      `${median(byHand).toFixed(0)} ms`,
      `median of ${ROUNDS}, in turn`,
    )
    line(
      'request renamed into the inbox to started',
      `${median(ours).toFixed(0)} ms`,
      `${more.toFixed(0)} ms more, ${(median(ours) / median(byHand)).toFixed(2)} x`,
    )
  } finally {
    bare.close()
  }
} finally {
  starts.close()
  await god.close()
}
