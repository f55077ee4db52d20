// Run by the build (compile-parts.ts) in a process of its own: calls one way into the program with each list of words, and
// writes what the engine has made of each part by then where bin/god.cjs looks for it.
'use strict'
const {readFileSync, writeFileSync} = require('node:fs')
const Module = require('node:module')
const {basename, dirname, join, sep} = require('node:path')
const {Script} = require('node:vm')

const [root, way, ...calls] = process.argv.slice(2)
const parts = join(root, 'dist', sep)
const made = new Map()

/** As bin/god.cjs does it: to the letter, or the engine refuses what was made. */
const wrapped = source => `(function (exports, require, module, __filename, __dirname) {${source}\n})`

const usual = Module._extensions['.js']
Module._extensions['.js'] = (module, file) => {
  const source = file.startsWith(parts) ? readFileSync(file, 'utf8') : ''
  // Nor can what imports be handed over (bundle.ts).
  if (source === '' || /\bimport\([^)]/.test(source)) return usual(module, file)
  // The name that it has here is kept in it; and a part of a string keeps the whole, which a copy does not.
  const filename = Buffer.from(basename(file)).toString()
  const script = new Script(wrapped(source), {filename})
  made.set(file, script)
  script
    .runInThisContext()
    .call(module.exports, module.exports, Module.createRequire(file), module, file, dirname(file))
}

const WAYS = {
  stat: words => require(join(root, 'dist/fast/stat.cjs')).run(words),
  submit: words => require(join(root, 'dist/fast/submit.cjs')).run(words),
  all: words =>
    require(join(root, 'dist/src/cli/main.js')).main(words, {
      root,
      pjson: require(join(root, 'package.json')),
    }),
}

const compileOnce = async () => {
  for (const call of calls) {
    await WAYS[way](JSON.parse(call))
    if (process.exitCode) throw new Error(`${way} ${call} ended with ${process.exitCode}`)
  }
  for (const [file, script] of made)
    writeFileSync(`${file}.${process.versions.v8}-${process.arch}.bin`, script.createCachedData())
}
compileOnce()
