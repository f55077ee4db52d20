/** Required into a child by `start`: makes the file TELL_LISTENING once the program listens for its interruption. */
const {writeFileSync} = require('node:fs')

let before = ''
// Libraries listen for all signals in the order of the alphabet; god alone for SIGHUP after SIGTERM.
process.on('newListener', name => {
  if (name === 'SIGHUP' && before === 'SIGTERM') writeFileSync(process.env.TELL_LISTENING, '')
  before = name
})
