/** Contract suites that plugin authors run against their own provider; the built-ins run them too. */
export {
  type ExecutorTest,
  type ExecutorWorld,
  executorContract,
  type OpenExecutor,
  type Program,
} from './executor-contract.js'
export {schedulerContract} from './scheduler-contract.js'
