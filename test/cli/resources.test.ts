/** What an operator counts, from the words of a user to what he is shown. */
import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {siteForEach} from '../support/site.js'

const COUNTED = [
  ...['[resource.fpga]', 'max_job = 2', '[resource.seat]', 'scope = site', 'amount = 2'],
  ...['[node.n1]', 'resources = fpga=2'],
]

describe('what a site counts', () => {
  const held = siteForEach()

  const counting = async () => {
    const {site} = held
    site.configure([...site.lines, ...COUNTED])
    await site.pass()
    return site
  }

  it('is taken by jobs that ask for it, and shown of jobs and nodes', async () => {
    const site = await counting()
    await site.here(['submit', '-r', 'fpga', '-r', 'seat=2', '-E', 'FAKE_SECONDS=forever', 'x'])
    await site.here(['submit', '-r', 'seat', '-t', '60', 'x'])
    await site.here(['submit', '-r', 'fpga=2', 'x'])
    await site.pass()
    assert.equal(
      (await site.here(['stat', '-o', 'id,state,resources'])).stdout,
      '1\trunning\tfpga=1,seat=2\n2\tpending\tseat=1\n3\tpending\tfpga=2\n',
    )
    assert.match(
      (await site.here(['show', '1'])).stdout,
      /asks for +1 cpu, 512M memory, 0 gpus, fpga=1, seat=2\n/,
    )
    const {resources} = await site.json<{resources: object}>(['show', '1'])
    assert.deepEqual(resources, {cpus: 1, memory: 512 * 1024 ** 2, gpus: 0, counted: {fpga: 1, seat: 2}})
    const nodes = await site.here(['nodes'])
    assert.match(nodes.stdout, /\tfpga=1\/2\n$/)
    assert.match(nodes.stderr, /of the whole site: 2\/2 seat/)
    const told = await site.json<{nodes: readonly {resources: object}[]; shared: object}>(['nodes'])
    assert.deepEqual(told.nodes[0]?.resources, {fpga: {total: 2, used: 1}})
    assert.deepEqual(told.shared, [{name: 'seat', total: 2, used: 2}])
  })

  it('is named, with numbers, to a job that waits for it', async () => {
    const site = await counting()
    await site.here(['submit', '-r', 'seat=2', '-t', '60', '-E', 'FAKE_SECONDS=forever', 'x'])
    await site.here(['submit', '-r', 'seat', 'x'])
    await site.pass()
    const {stdout} = await site.here(['why', '2'])
    assert.match(stdout, /waits for 1 seat more of the whole site, planned for/)
    assert.match(stdout, /needs 1 seat more free on the site, or a job that asks for less/)
    assert.match(stdout, /-> share 1 seat 1 -> have it free now 1 -> share enough, with 0 seat free 0\n/)
  })

  it('can be asked for otherwise while a job waits', async () => {
    const site = await counting()
    await site.here(['submit', '-H', '-r', 'seat', 'x'])
    await site.pass()
    await site.here(['update', '1', '-r', 'fpga=2', '-r', 'seat=0'])
    await site.pass()
    assert.equal((await site.here(['stat', '-o', 'resources'])).stdout, 'fpga=2\n')
    assert.match(
      (await site.here(['update', '1', '-r', 'fpga=3'])).stderr,
      /asks for 3 fpga; the site allows 2/,
    )
  })

  it('is the same for each task of an array', async () => {
    const site = await counting()
    await site.here(['submit', '-a', '1-5', '-r', 'seat', '-E', 'FAKE_SECONDS=forever', 'x'])
    await site.pass()
    assert.match((await site.here(['nodes'])).stderr, /2\/2 seat/)
  })

  it('is refused where the site does not count it, or never has so much', async () => {
    const site = await counting()
    for (const [words, code, told] of [
      ['sets=1', 6, /this site counts no 'sets'.*fpga, seat/s],
      ['fpga=3', 6, /the site allows 2/],
      ['seat=3', 6, /the whole site has 2/],
      ['seat=x', 2, /'x' is no whole number/],
      ['gpus=1', 2, /'gpus' is no name of a resource/],
    ] as const) {
      const ran = await site.here(['submit', '-r', words, 'x'])
      assert.equal(ran.code, code, words)
      assert.match(ran.stderr, told)
    }
    assert.match((await site.here(['submit', '-n', '-r', 'seat', 'x'])).stdout, /512M memory, seat=1, /)
  })

  it('is meant by gres, licenses and -l of scripts from elsewhere, where the site counts it', async () => {
    const site = await counting()
    const script = join(site.work, 'job.sh')
    writeFileSync(
      script,
      '#!/bin/sh\n#SBATCH --gres=fpga:2,tmpfs:10\n#SBATCH --licenses=seat:1\n#$ -l seat=2,idle=1\n#GOD -r seat=1\n',
    )
    const ran = await site.here(['submit', script])
    assert.match(ran.stderr, /--gres tmpfs:10 \(line 2: this site counts no 'tmpfs'\); -l idle=1 \(/)
    assert.equal((await site.here(['stat', '-o', 'resources'])).stdout, 'fpga=2,seat=1\n')
  })

  it('is summed up, and told to whoever asks what he may use', async () => {
    const site = await counting()
    await site.here(['submit', '-r', 'fpga=2', '-E', 'FAKE_SECONDS=0', 'x'])
    for (let i = 0; i < 3; i++) await site.pass()
    assert.match(
      (await site.here(['whoami'])).stdout,
      /fpga: of each node, at most 2 a job\n.*seat: of the whole site\n/,
    )
    const {sums} = await site.json<{sums: readonly {resourceSecondsKept: object}[]}>(['acct'])
    assert.deepEqual(Object.keys(sums[0]?.resourceSecondsKept ?? {}), ['fpga'])
    assert.match((await site.here(['acct'])).stdout, /\tfpga=\d+\.\d\d\n$/)
  })
})
