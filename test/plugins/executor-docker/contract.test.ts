/** The executor on the real engine keeps to what every executor must keep to. */
import {executorContract} from '../../../plugins/api/src/executor-contract.js'
import {hasEngine, openWorld} from './world.js'

describe('the docker executor', function () {
  this.timeout(60_000)
  if (hasEngine) executorContract(it, {open: () => openWorld()})
  else it('needs an engine and root for its contract')
})
