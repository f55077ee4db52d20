#!/usr/bin/env node
'use strict'
// CommonJS on purpose: Node loads it faster than ES modules. `stat` and `submit` have a short way, required before
// anything else, which answers what it fully understands and declines the rest.
const {join} = require('node:path')

const load = path => {
  try {
    return require(path)
  } catch (error) {
    process.stderr.write(`god: this installation is damaged: ${error.message}. Install it again.\n`)
    process.exitCode = 70
    return null
  }
}

const SHORT_WAYS = {stat: '../dist/fast/stat.cjs', submit: '../dist/fast/submit.cjs'}

const root = join(__dirname, '..')
const [word, ...words] = process.argv.slice(2)

const isAnswered = () => {
  if (!Object.hasOwn(SHORT_WAYS, word) || process.env.GOD_NO_FAST) return false
  const way = load(SHORT_WAYS[word])
  return way === null || way.run(words) !== null
}

// The Tab key of a shell: in a file of its own, for nobody waits long for it.
if (word === '__complete') load('../dist/src/cli/complete-main.js')?.completeMain(words, root)
else if (!isAnswered())
  load('../dist/src/cli/main.js')?.main(process.argv.slice(2), {
    root,
    pjson: require(join(root, 'package.json')),
  })
