#!/usr/bin/env node
'use strict'
// CommonJS on purpose: Node loads it faster than ES modules, and the fast path of `stat` and `submit` will be required
// from here before anything else.
const {join} = require('node:path')

const load = () => {
  try {
    return require('../dist/src/cli/main.js')
  } catch (error) {
    process.stderr.write(`god: this installation is damaged: ${error.message}. Install it again.\n`)
    process.exitCode = 70
    return null
  }
}

load()?.main(process.argv.slice(2), {root: join(__dirname, '..')})
