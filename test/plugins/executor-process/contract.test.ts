/** The executor of process groups keeps to what every executor must keep to, with control groups and without. */
import {randomUUID} from 'node:crypto'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import type {Executor} from '@god-cli/api'
import {
  executorContract,
  type OpenExecutor,
  type Program,
} from '../../../plugins/api/src/executor-contract.js'
import {createExecutor} from '../../../plugins/executor-process/src/executor.js'
import type {Platform} from '../../../plugins/executor-process/src/platform.js'
import {describeBoth, hostOn, makeWorld, written} from './world.js'

const PROGRAMS: Readonly<Record<Program, string>> = {
  exit0: 'exit 0',
  exit3: 'exit 3',
  exit137: 'kill -9 $$',
  endless: 'echo >ready; exec sleep 1000',
}

/** Of another cluster each, in one state folder. */
const open = async (stateDir: string, look?: () => Platform): Promise<OpenExecutor> => {
  const world = makeWorld(look)
  const cluster = randomUUID()
  const executors: Executor[] = []
  const another = (): Executor => {
    const executor = createExecutor({...hostOn(stateDir), cluster}, look)
    executors.push(executor)
    return executor
  }
  const executor = another()
  return {
    executor,
    spec: program => world.script(PROGRAMS[program], {cluster}),
    ready: async ({workDir}) => void (await written(join(workDir.source, 'ready'))),
    settle: () => wait(5),
    another: async () => another(),
    close: async () => {
      for (const {name, id} of await executor.list()) await executor.remove(name, id)
      for (const one of executors) await one.close()
      await world.close()
    },
  }
}

describeBoth('the process executor', look => {
  let stateDir: string
  before(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'god-contract-'))
  })
  after(() => rmSync(stateDir, {recursive: true, force: true}))
  executorContract(it, {open: () => open(stateDir, look)})
})
