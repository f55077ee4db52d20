/** A submitter as a process: `submitter.ts DIR N COUNT` prints the ids of COUNT jobs. */
import {openSite} from '../../src/cli/site.js'
import {submitJob} from '../../src/cli/submit/submit.js'

const [dir, n, count] = process.argv.slice(2)
const site = openSite({dir})
for (let i = 0; i < Number(count); i++) {
  const {id} = submitJob(site, {name: `job-${n}-${i}`, command: {kind: 'argv', argv: ['true']}})
  process.stdout.write(`${id}\n`)
}
