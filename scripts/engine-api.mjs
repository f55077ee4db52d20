/**
 * One call to an engine: `engine-api.mjs ADDRESS METHOD PATH [-]`; `-` sends standard input as the body.
 * Prints the answer; exit 1 where it is an error or the stream tells of one. So no docker client is needed.
 */
import {request} from 'node:http'

const [address = '', method = 'GET', path = '/', body] = process.argv.slice(2)
const place = address.startsWith('unix://')
  ? {socketPath: address.slice('unix://'.length)}
  : {host: new URL(address).hostname, port: new URL(address).port || 2375}

const fail = text => {
  process.stderr.write(`${text}\n`)
  process.exitCode = 1
}

const call = request({...place, method, path, headers: {'Content-Type': 'application/x-tar'}}, answer => {
  let fault = answer.statusCode >= 400
  answer.setEncoding('utf8')
  answer.on('data', chunk => {
    process.stdout.write(chunk)
    fault ||= chunk.includes('"errorDetail"')
  })
  answer.on('end', () => {
    if (fault) fail(`${method} ${path}: ${answer.statusCode}`)
  })
})
call.setTimeout(10 * 60 * 1000)
call.on('error', error => fail(error.message))
if (body === '-') process.stdin.pipe(call)
else call.end()
