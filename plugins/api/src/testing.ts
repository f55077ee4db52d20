/**
 * Contract suites that plugin authors run against their own provider; the built-ins run them too. Each takes the
 * runner's `test` as an argument, so they run under node:test, mocha and vitest alike.
 */
export {type AuthTest, type AuthWorld, authContract, type OpenAuth} from './auth-contract.js'
export {
  type ExecutorTest,
  type ExecutorWorld,
  executorContract,
  type OpenExecutor,
  type Program,
} from './executor-contract.js'
export {type ContractTest, schedulerContract} from './scheduler-contract.js'
export {trialHost, trialSpec} from './trial.js'
