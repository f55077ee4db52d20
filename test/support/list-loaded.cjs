// Preloaded: writes at the end which files were loaded as CommonJS, also by ES modules, to the file that LIST_LOADED
// names.
const {writeFileSync} = require('node:fs')

process.on('exit', () => writeFileSync(process.env.LIST_LOADED, JSON.stringify(Object.keys(require.cache))))
