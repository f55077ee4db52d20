import {describe, test} from 'node:test'
import {executorContract, trialHost, trialSpec} from '@god-cli/api/testing'
import create from './index.js'

/** How the programs of the contract are asked for here. */
const PROGRAMS = {
  exit0: {},
  exit3: {EXIT_CODE: '3'},
  exit137: {EXIT_CODE: '137'},
  endless: {ENDLESS: 'yes'},
}

describe('NAME keeps the contract of executors', () => {
  let clusters = 0
  let jobs = 0

  executorContract(test, {
    open: async () => {
      const cluster = `cluster-${clusters++}`
      const executor = create(trialHost({cluster}))
      return {
        executor,
        spec: program => trialSpec({cluster, job: ++jobs, env: PROGRAMS[program]}),
        ready: async () => undefined,
        settle: async () => undefined,
        another: async () => create(trialHost({cluster})),
        close: () => executor.close(),
      }
    },
  })
})
