// A process that runs command lines both by the short way and by the long one, one after the other, with its standard
// output and error in files: so hundreds are compared without a process for each. It is told what to run, and answers
// with what was written and the exit code; null where the short way declined, and then nothing was run.
'use strict'
const {fstatSync, readSync, openSync} = require('node:fs')
const {join} = require('node:path')

const ROOT = join(__dirname, '../..')
const {main} = require(join(ROOT, 'dist/src/cli/main.js'))
const WAYS = {
  stat: require(join(ROOT, 'dist/fast/stat.cjs')),
  submit: require(join(ROOT, 'dist/fast/submit.cjs')),
}
const pjson = require(join(ROOT, 'package.json'))
const fds = [process.env.OUT_FILE, process.env.ERR_FILE].map(path => openSync(path, 'r'))
const own = {...process.env}

const sizes = () => [1, 2].map(fd => fstatSync(fd).size)
const since = before =>
  sizes().map((size, i) => {
    const bytes = Buffer.alloc(size - before[i])
    readSync(fds[i], bytes, 0, bytes.length, before[i])
    return bytes.toString('utf8')
  })

const ran = async (env, act) => {
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, {PATH: own.PATH}, env)
  process.exitCode = undefined
  const before = sizes()
  const promise = act()
  if (promise === null) return null
  await promise
  // What failed while writing tells of it in the next tick.
  await new Promise(resolve => setImmediate(resolve))
  const code = process.exitCode ?? 0
  process.exitCode = undefined
  for (const event of ['uncaughtException', 'SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(event)
  process.stderr.removeAllListeners('error')
  const [stdout, stderr] = since(before)
  return {stdout, stderr, code}
}

process.on('message', async ([[command, ...words], envs]) => {
  const short = await ran(envs[0], () => WAYS[command].run(words))
  const long =
    short === null ? null : await ran(envs[1], () => main([command, ...words], {root: ROOT, pjson}))
  process.send({short, long})
})
process.on('disconnect', () => process.exit())
