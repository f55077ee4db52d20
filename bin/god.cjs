#!/usr/bin/env node
'use strict'
// CommonJS on purpose: the fast path of `stat` and `submit` will be required from here without loading any ES module.
const {join} = require('node:path')

import('../dist/src/cli/main.js').then(
  ({main}) => main(process.argv.slice(2), {root: join(__dirname, '..')}),
  error => {
    process.stderr.write(`god: this installation is damaged: ${error.message}. Install it again.\n`)
    process.exitCode = 70
  },
)
