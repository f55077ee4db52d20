/** The executor on the real engine keeps to what every executor must keep to. */
import {executorContract} from '../../../plugins/api/src/executor-contract.js'
import {describeOnEngine, openWorld} from './world.js'

describeOnEngine('the docker executor', function () {
  this.timeout(240_000)
  executorContract(it, {open: () => openWorld()})
})
