#!/usr/bin/env node
'use strict'
// CommonJS on purpose: Node loads it faster than ES modules, and the fast path of `stat` and `submit` will be required
// from here before anything else.
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

const root = join(__dirname, '..')
const [word, ...words] = process.argv.slice(2)
// The Tab key of a shell: in a file of its own, for nobody waits long for it.
if (word === '__complete') load('../dist/src/cli/complete-main.js')?.completeMain(words, root)
else
  load('../dist/src/cli/main.js')?.main(process.argv.slice(2), {
    root,
    pjson: require(join(root, 'package.json')),
  })
