/** Reads what `stat` reads of the directory in argv[2], a hundred times a second, until it is ended. */
import {setTimeout as pause} from 'node:timers/promises'
import {openSite} from '../src/cli/site.js'
import {statJobs} from '../src/cli/stat/stat.js'

const choice = {
  selectors: null,
  filters: {users: [], names: [], states: [], labels: [], queues: []},
  everybody: false,
  sort: 'id',
  limit: null,
  since: null,
}

for (;;) {
  statJobs(openSite({dir: process.argv[2]}), choice)
  await pause(10)
}
