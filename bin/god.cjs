#!/usr/bin/env node
'use strict'
// CommonJS on purpose: Node loads it faster than ES modules. `stat` and `submit` have a short way, loaded before
// anything else, which answers what it fully understands and declines the rest.
const {readFileSync} = require('node:fs')
const Module = require('node:module')
const {dirname, join, sep} = require('node:path')
const {Script} = require('node:vm')

const damaged = error => {
  process.stderr.write(`god: this installation is damaged: ${error.message}. Install it again.\n`)
  process.exitCode = 70
  return null
}

const load = path => {
  try {
    return require(path)
  } catch (error) {
    return damaged(error)
  }
}

/** Null: the build was made by another Node, whose engine would not take it, or did not compile this part. */
const compiled = file => {
  try {
    return readFileSync(`${file}.${process.versions.v8}-${process.arch}.bin`)
  } catch {
    return null
  }
}

const root = join(__dirname, '..')
const parts = join(root, 'dist', sep)
const usual = Module._extensions['.js']

const run = (file, letters, cachedData, module, required) => {
  const text = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, letters)}\n})`
  const script = new Script(text, {filename: file, cachedData})
  script.runInThisContext().call(module.exports, module.exports, required, module, file, dirname(file))
}

/** A part of our own, without parsing what the build's Node has compiled: that is a third of a start. */
Module._extensions['.js'] = (module, file) => {
  const cachedData = file.startsWith(parts) ? compiled(file) : null
  if (cachedData === null) usual(module, file)
  else run(file, 'utf8', cachedData, module, Module.createRequire(file))
}

/** A file whose place is known: `require` would look for it, and go through the links of its path. The build makes it of ASCII alone. */
const direct = file => {
  const cachedData = compiled(file)
  if (cachedData === null) return load(file)
  const module = {exports: {}}
  require.cache[file] = module
  let own = null
  const beside = name => {
    own ??= Module.createRequire(file)
    return own(name)
  }
  try {
    run(file, 'latin1', cachedData, module, name => (name.startsWith('.') ? beside(name) : require(name)))
    return module.exports
  } catch (error) {
    return damaged(error)
  }
}

const SHORT_WAYS = {stat: join(parts, 'fast/stat.cjs'), submit: join(parts, 'fast/submit.cjs')}

const [word, ...words] = process.argv.slice(2)

const isAnswered = () => {
  if (!Object.hasOwn(SHORT_WAYS, word) || process.env.GOD_NO_FAST) return false
  const way = direct(SHORT_WAYS[word])
  return way === null || way.run(words) !== null
}

// The Tab key of a shell: in a file of its own, for nobody waits long for it.
if (word === '__complete') load('../dist/src/cli/complete/main.js')?.completeMain(words, root)
else if (!isAnswered())
  load('../dist/src/cli/main.js')?.main(process.argv.slice(2), {
    root,
    pjson: require(join(root, 'package.json')),
  })
