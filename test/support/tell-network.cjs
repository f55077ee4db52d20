/** Required into a child: whoever asks a network is written down. Sockets of this host's own (paths) are none. */
const {appendFileSync} = require('node:fs')
const net = require('node:net')
const dns = require('node:dns')
const dgram = require('node:dgram')

const tell = what => appendFileSync(process.env.TELL_NETWORK, `${what}\n`)

const {connect} = net.Socket.prototype
net.Socket.prototype.connect = function (...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args
  const path = typeof options === 'object' ? options.path : typeof options === 'string' ? options : null
  if (path == null) tell(`connect ${typeof options === 'object' ? options.port : options}`)
  return connect.apply(this, args)
}

for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) {
  const asked = dns[name]
  dns[name] = (host, ...rest) => {
    tell(`lookup ${host}`)
    return asked(host, ...rest)
  }
}

const {createSocket} = dgram
dgram.createSocket = (...args) => {
  tell('datagrams')
  return createSocket(...args)
}
