/** The fake executor keeps to what every executor must keep to; else tests on it would prove nothing. */
import {
  executorContract,
  type OpenExecutor,
  type Program,
} from '../../../plugins/api/src/executor-contract.js'
import {aSpec, makeFakeWorld} from './world.js'

const PROGRAMS: Readonly<Record<Program, Readonly<Record<string, string>>>> = {
  exit0: {FAKE_SECONDS: '0.5'},
  exit3: {FAKE_EXIT: '3'},
  exit137: {FAKE_EXIT: '137'},
  endless: {FAKE_SECONDS: 'forever'},
}

describe('the fake executor', () => {
  const world = makeFakeWorld()
  let clusters = 0

  const open = async (): Promise<OpenExecutor> => {
    clusters += 1
    const cluster = `c${clusters}`
    const executor = world.executorOf(cluster)
    return {
      executor,
      spec: program => aSpec(PROGRAMS[program], cluster),
      ready: async () => {},
      settle: async () => world.advance(100),
      another: async () => world.executorOf(cluster),
      close: () => executor.close(),
    }
  }
  executorContract(it, {open})
})
