import assert from 'node:assert/strict'
import {existsSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {Config, settings} from '@oclif/core'
import {COMMANDS} from '../support/commands.js'
import {copyPlugin, packPlugin, TARBALL} from '../support/fixture-plugin.js'
import {BIN, ROOT, run} from '../support/god.js'
import {siteForEach, type TestSite} from '../support/site.js'

/** What the jobs of the examples are like before they are run: variables and flags of `submit`. */
const JOBS: Readonly<Record<string, readonly string[]>> = {
  kill: ['-E', 'FAKE_SECONDS=forever'],
  suspend: ['-E', 'FAKE_SECONDS=forever'],
  resume: ['-E', 'FAKE_SECONDS=forever'],
  release: ['-H'],
  update: ['-H'],
  hold: ['-c', '64'],
  simulate: ['-c', '64'],
}

/** These go on until they are stopped. */
const ENDLESS = /^god (watch(?!.*--once)|schedule --)/

const IDS = ['12', '13', '20', '42', '43']

const examples = async (): Promise<readonly (readonly [string, readonly string[]])[]> => {
  settings.enableAutoTranspile = false
  const {commands} = await Config.load(ROOT)
  return commands
    .filter(({id, aliases, pluginName}) => pluginName === '@god-cli/god' && !aliases.includes(id))
    .map(({id, examples: texts = []}) => [
      id.replaceAll(':', ' '),
      texts.map(text => String(text).replaceAll('<%= config.bin %>', 'god')),
    ])
}

const isRoot = process.getuid?.() === 0

/** The plugin that the examples name, as folder and tarball; installed where they take it away. */
const preparePlugins = async (site: TestSite, command: string): Promise<void> => {
  copyPlugin(site.work)
  packPlugin(site.work)
  if (command !== 'plugins uninstall') return
  await site.god(['plugins', 'install', `./${TARBALL}`])
  if (isRoot) await site.god(['plugins', 'install', '--system', `./${TARBALL}`])
}

/** Commands whose examples name tasks of job 12. */
const ARRAYS: readonly string[] = ['stat', 'kill']

const prepareTraces = (folder: string): void => {
  const trace = `; MaxProcs: 128\n1 0 -1 9 64 -1 -1 64 90${' -1'.repeat(9)}\n`
  const job = {id: 1, user: 'ann', submitted: 0, run: 9, walltime: 90, resources: {cpus: 4}}
  writeFileSync(join(folder, 'trace.swf'), trace)
  writeFileSync(join(folder, 'trace.swf.gz'), gzipSync(trace))
  writeFileSync(join(folder, 'past.ndjson'), JSON.stringify(job))
  writeFileSync(join(folder, 'nodes.ndjson'), '{"name":"n1","cpus":64,"mem":"256G"}\n')
}

/** The jobs that the examples name: the hint makes the next id. */
const prepare = async (site: TestSite, command: string): Promise<void> => {
  if (command.startsWith('plugins')) return preparePlugins(site, command)
  writeFileSync(join(site.work, 'jobs.ndjson'), '{"argv":["x"]}\n')
  if (command === 'simulate') prepareTraces(site.work)
  for (const id of IDS) {
    writeFileSync(join(site.layout.hints, id), '')
    const array = id === '12' && ARRAYS.includes(command) ? ['-a', '0-9'] : []
    await site.here(['submit', '-J', 'trial', '-m', '1M', ...(JOBS[command] ?? []), ...array, 'x'])
  }
  await site.pass()
  if (command === 'resume') await site.here(['suspend', '@trial'])
  await site.pass()
}

describe('the examples of the help', () => {
  const held = siteForEach({config: ['[plugin.fake]', 'node_cpus = 64000']})

  /** As a user's: the program in his PATH, a script in his folder; only `init` has no directory yet. */
  const environment = (site: TestSite, command: string) => {
    const bin = join(site.folder, 'bin')
    if (!existsSync(bin)) {
      mkdirSync(bin)
      symlinkSync(BIN, join(bin, 'god'))
      writeFileSync(join(site.work, 'analyse.sh'), '#!/bin/sh\n')
    }
    const GOD_SHARED_DIR = command === 'init' ? undefined : site.dir
    return site.options({env: {PATH: `${bin}:${process.env.PATH}`, GOD_SHARED_DIR}})
  }

  const serves = async (
    site: TestSite,
    command: string,
    example: string,
  ): Promise<{code: number; stderr: string}> => {
    const options = environment(site, command)
    const script = example.replace('/srv/god', join(site.folder, 'srv'))
    if (!ENDLESS.test(script)) return run('/bin/bash', ['-c', `set -o pipefail; ${script}`], options).done
    const [, ...args] = (script.match(/"[^"]*"|\S+/g) ?? []).map(word => word.replaceAll('"', ''))
    const service = site.start(args)
    await service.listening()
    service.child.kill('SIGTERM')
    return service.done
  }

  /** Plugins one after the other: npm is no friend of itself. */
  const ranAll = async (site: TestSite, command: string, texts: readonly string[]) => {
    if (!command.startsWith('plugins')) return Promise.all(texts.map(text => serves(site, command, text)))
    const runs = []
    for (const text of texts)
      if (isRoot || !text.includes('--system')) runs.push(await serves(site, command, text))
    return runs
  }

  for (const command of COMMANDS) {
    it(`of god ${command} run`, async () => {
      const {site} = held
      const [, texts = []] = (await examples()).find(([id]) => id === command) ?? []
      assert.ok(texts.length >= 2)
      await prepare(site, command)
      // What waits must come to an end.
      const service = texts.some(text => /-W|wait/.test(text)) ? site.start(['watch']) : null
      const runs = await ranAll(site, command, texts)
      for (const [i, {code, stderr}] of runs.entries()) assert.equal(code, 0, `${texts[i]}: ${stderr}`)
      service?.child.kill('SIGTERM')
      await service?.done
    })
  }

  it('are of every command', async () => {
    const ids = (await examples()).map(([id]) => id).sort()
    assert.deepEqual(ids, COMMANDS)
  })
})
