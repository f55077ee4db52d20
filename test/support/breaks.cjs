/** Required into a child: a bug, where god lists the jobs. */
const fs = require('node:fs')

const {readdirSync} = fs
fs.readdirSync = (path, ...rest) => {
  if (String(path).endsWith('/jobs/live'))
    throw new TypeError(process.env.BREAKS_WITH ?? 'undefined is not a job')
  return readdirSync(path, ...rest)
}
