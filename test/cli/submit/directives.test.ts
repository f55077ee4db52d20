import assert from 'node:assert/strict'
import {readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {siteForEach, type TestSite} from '../../support/site.js'

interface Shown {
  readonly name: string
  readonly state: string
  readonly walltime: number | null
  readonly resources: {readonly cpus: number; readonly memory: number}
  readonly spec: {readonly env: Readonly<Record<string, string>>; readonly script: string}
}

interface Submitted {
  readonly id: number
  readonly ignored?: readonly {readonly line: number; readonly option: string; readonly why: string}[]
}

const write = (site: TestSite, ...lines: readonly string[]): void =>
  writeFileSync(join(site.work, 'run.sh'), ['#!/bin/sh', ...lines, 'echo done', ''].join('\n'))

const shown = async (site: TestSite, ...args: readonly string[]): Promise<Shown> => {
  const {code, stderr} = await site.here(['submit', ...args])
  assert.equal(code, 0, stderr)
  return site.json<Shown>(['show', 'last'])
}

const requests = (site: TestSite): number => {
  try {
    return readdirSync(site.layout.dropFolder(site.open().uid)).filter(name => name.endsWith('.req')).length
  } catch {
    return 0
  }
}

describe('directives of a script', () => {
  const held = siteForEach()

  it('are flags that were not typed', async () => {
    const {site} = held
    write(site, '#GOD -J named -t 2h -c 2 -m 64M --hold', '#GOD -E A=1 -E "B=two words"')
    const {name, walltime, resources, spec} = await shown(site, 'run.sh')
    assert.deepEqual([name, walltime], ['named', 7200])
    assert.deepEqual([resources.cpus, resources.memory], [2, 64 * 1024 ** 2])
    assert.deepEqual(spec.env, {A: '1', B: 'two words'})
    assert.match(spec.script, /#GOD -J named/)
    await site.pass()
    assert.equal((await site.json<Shown>(['show', 'last'])).state, 'held')
  })

  it('yield to what was typed, and #GOD wins over others', async () => {
    const {site} = held
    write(site, '#GOD -c 2 -E A=1 -E B=1', '#SBATCH -c 3 --time=10 -J foreign')
    const {name, walltime, resources, spec} = await shown(site, '-t', '5', '-E', 'A=typed', 'run.sh')
    assert.deepEqual([name, walltime, resources.cpus], ['foreign', 300, 2])
    assert.deepEqual(spec.env, {A: 'typed', B: '1'})
  })

  it('of others are told in one line where they mean nothing here', async () => {
    const {site} = held
    write(site, '#SBATCH --mail-type=END', '#PBS -l place=free')
    const {stdout, stderr, code} = await site.here(['submit', '--parsable', 'run.sh'])
    assert.deepEqual([stdout, code], ['1\n', 0])
    assert.match(
      stderr,
      /^ignored in the script: --mail-type END \(line 2: .*; -l place=free \(line 3: .*\)\n$/,
    )
    const document: Submitted = JSON.parse((await site.here(['submit', '--json', 'run.sh'])).stdout)
    assert.deepEqual(
      document.ignored?.map(({line, option}) => [line, option]),
      [
        [2, '--mail-type END'],
        [3, '-l place=free'],
      ],
    )
  })

  it('that cannot be read are refused with their line, and nothing is queued', async () => {
    const {site} = held
    for (const [line, why] of [
      ['#GOD --tiem 2h', /line 2 of the script: there is no flag '--tiem'.*Did you mean --time/s],
      ['#GOD -E =x', /line 2 of the script: '=x' names nothing/],
      ['#SBATCH --mem=lots', /line 2 of the script: --mem lots: 'lots' is no amount/],
    ] as const) {
      write(site, line)
      const {stdout, stderr, code} = await site.here(['submit', 'run.sh'])
      assert.deepEqual([stdout, code], ['', 2], stderr)
      assert.match(stderr, why)
    }
    assert.equal(requests(site), 0)
  })

  it('are read of a script alone: not behind --, and not of another file', async () => {
    const {site} = held
    write(site, '#GOD --tiem 2h')
    assert.equal((await site.here(['submit', '--', 'run.sh'])).code, 0)
    writeFileSync(join(site.work, 'text'), '#GOD --tiem 2h\n')
    assert.equal((await site.here(['submit', 'text'])).code, 0)
  })

  it('can set every flag that says something of the job', async () => {
    const {site} = held
    write(
      site,
      '#GOD --name a --image busybox:local --cpus 1 --mem 64 --time 1 --output %j.log --error %j.err',
    )
    write(site, '#GOD --workdir / --env A=1 --label k=v --array 0-3 --hold')
    assert.equal((await site.here(['submit', 'run.sh'])).code, 0)
    const {stdout} = await site.here(['submit', '-n', 'run.sh'])
    assert.match(stdout, /^would submit /)
  })
})
