// Run by the build (compile-fast.ts) in a process of its own: calls a short way with each list of words, and writes what
// the engine has made of it by then where bin/god.cjs looks for it.
'use strict'
const {readFileSync, writeFileSync} = require('node:fs')
const {basename, dirname, join} = require('node:path')
const {Script} = require('node:vm')

const [file, ...calls] = process.argv.slice(2)

const compileOnce = async () => {
  const text = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'utf8')}\n})`
  // The name that it has here is kept in it.
  const script = new Script(text, {filename: basename(file)})
  const made = {exports: {}}
  const from = name => require(name.startsWith('.') ? join(dirname(file), name) : name)
  script.runInThisContext()(made.exports, from, made, file, dirname(file))
  for (const call of calls) {
    await made.exports.run(JSON.parse(call))
    if (process.exitCode) throw new Error(`${file} ${call} ended with ${process.exitCode}`)
  }
  writeFileSync(`${file}.${process.versions.v8}-${process.arch}.bin`, script.createCachedData())
}
compileOnce()
