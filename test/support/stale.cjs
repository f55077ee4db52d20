/** Required into a child: the first openings of the shared directory fail, as on a file server that is restarted. */
const fs = require('node:fs')

let left = Number(process.env.STALE_TIMES ?? '0')
const {openSync} = fs
fs.openSync = (path, ...rest) => {
  if (String(path).endsWith('/FORMAT') && left-- > 0)
    throw Object.assign(new Error('ESTALE: stale file handle'), {
      code: 'ESTALE',
      errno: -116,
      syscall: 'open',
    })
  return openSync(path, ...rest)
}
