#!/usr/bin/env node
'use strict'
// CommonJS on purpose: Node loads it faster than ES modules. `stat` and `submit` have a short way, loaded before
// anything else, which answers what it fully understands and declines the rest.
const {readFileSync} = require('node:fs')
const {dirname, join} = require('node:path')
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

/** Null: the build was made by another Node, whose engine would not take it. */
const compiled = file => {
  try {
    return readFileSync(`${file}.${process.versions.v8}-${process.arch}.bin`)
  } catch {
    return null
  }
}

/** As `load`, without parsing what the build's Node has compiled: that costs a fifth of a bare start. */
const loadCompiled = path => {
  const file = join(__dirname, path)
  const cachedData = compiled(file)
  if (cachedData === null) return load(path)
  try {
    const text = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'utf8')}\n})`
    const made = {exports: {}}
    const from = name => require(name.startsWith('.') ? join(dirname(file), name) : name)
    new Script(text, {filename: file, cachedData}).runInThisContext()(
      made.exports,
      from,
      made,
      file,
      dirname(file),
    )
    return made.exports
  } catch (error) {
    return damaged(error)
  }
}

const SHORT_WAYS = {stat: '../dist/fast/stat.cjs', submit: '../dist/fast/submit.cjs'}

const root = join(__dirname, '..')
const [word, ...words] = process.argv.slice(2)

const isAnswered = () => {
  if (!Object.hasOwn(SHORT_WAYS, word) || process.env.GOD_NO_FAST) return false
  const way = loadCompiled(SHORT_WAYS[word])
  return way === null || way.run(words) !== null
}

// The Tab key of a shell: in a file of its own, for nobody waits long for it.
if (word === '__complete') load('../dist/src/cli/complete-main.js')?.completeMain(words, root)
else if (!isAnswered())
  load('../dist/src/cli/main.js')?.main(process.argv.slice(2), {
    root,
    pjson: require(join(root, 'package.json')),
  })
