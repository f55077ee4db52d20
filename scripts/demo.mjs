/**
 * The demo's batch: one word-count job for each text file of this project, then a job that merges their results.
 *
 * Uses god as a user would, by its commands, and prints each of them. Leaves the shared directory (removed by the next
 * demo) for looking around, and no container, which is checked.
 */
import {execFileSync, spawn} from 'node:child_process'
import {chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {basename, dirname, join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'

const project = join(dirname(fileURLToPath(import.meta.url)), '..')
const god = join(project, 'bin', 'god.cjs')
const executor = process.argv[2] ?? 'docker'

/** Jobs of root run as another account, which must be able to get to its directory where no engine takes it there. */
const openFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'god-demo-'))
  chmodSync(folder, 0o711)
  return join(folder, 'site')
}
const dir = executor === 'process' && process.getuid() === 0 ? openFolder() : join(project, '.god-demo')
const scripts = mkdtempSync(join(tmpdir(), 'god-demo-'))
const env = {...process.env, GOD_SHARED_DIR: dir}
const shown = word => (/^[\w./:@=-]+$/.test(word) ? word : `'${word}'`)

const run = (args, {quiet = false} = {}) => {
  if (!quiet) console.log(`\n$ god ${args.map(word => shown(word.replace(`${scripts}/`, ''))).join(' ')}`)
  return execFileSync(process.execPath, [god, ...args], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

const show = args => process.stdout.write(run(args))

/** Text files at most 200 KiB, so that each fits into its job's script. */
const textFiles = () => {
  const folders = ['.', 'docs', 'docs/decisions']
  const files = folders.flatMap(folder =>
    readdirSync(join(project, folder))
      .map(name => join(folder, name))
      .filter(path => /\.md$|^LICENSE$/.test(path)),
  )
  return files
    .filter(path => statSync(join(project, path)).size < 200 * 1024)
    .sort()
    .slice(0, 12)
}

/** A script with the text as a here-document: the job needs nothing but its own directory. */
const countScript = path => {
  const script = join(scripts, `count-${basename(path).replace(/\W/g, '-')}.sh`)
  const text = readFileSync(join(project, path), 'utf8').replaceAll('GOD_DEMO_END', '')
  writeFileSync(
    script,
    `#!/bin/sh\necho "as uid $(id -u)" >&2\necho "$(wc -w <<'GOD_DEMO_END'\n${text}\nGOD_DEMO_END\n) ${path}"\n`,
  )
  return script
}

const mergeScript = lines => {
  const script = join(scripts, 'merge.sh')
  const sum = 'awk \'{n += $1; print} END {print n, "words in", NR, "files"}\''
  writeFileSync(
    script,
    `#!/bin/sh\necho "merged as uid $(id -u)"\nsort -rn <<'GOD_DEMO_END' | ${sum}\n${lines}GOD_DEMO_END\n`,
  )
  return script
}

const states = ids => JSON.parse(run(['stat', '--json', ...ids], {quiet: true})).jobs.map(job => job.state)

const follow = async ids => {
  let last = ''
  for (;;) {
    const counts = {}
    for (const state of states(ids)) counts[state] = (counts[state] ?? 0) + 1
    const line = Object.entries(counts)
      .map(([state, n]) => `${n} ${state}`)
      .join(', ')
    if (line !== last) console.log(`  ${line}`)
    last = line
    if (
      Object.keys(counts).every(state =>
        ['done', 'failed', 'killed', 'timeout', 'oom', 'lost', 'refused'].includes(state),
      )
    )
      return
    await pause(200)
  }
}

const containersLeft = cluster => {
  if (executor !== 'docker') return 0
  const filters = encodeURIComponent(JSON.stringify({label: [`god.cluster=${cluster}`]}))
  const path = `/containers/json?all=1&filters=${filters}`
  const api = join(project, 'scripts', 'engine-api.mjs')
  return JSON.parse(
    execFileSync(process.execPath, [api, process.env.DOCKER_HOST, 'GET', path], {encoding: 'utf8'}),
  ).length
}

const submit = (name, script) =>
  run(['submit', '--parsable', '-J', name, '-c', '0.5', '-m', '64M', '-t', '5m', script]).trim()

const main = async () => {
  rmSync(dir, {recursive: true, force: true})
  console.log(`A word count of this project's texts, one job a file, on the ${executor} executor.`)
  show(['init', dir, '--executor', executor, '--image', 'busybox:local'])
  const {cluster} = JSON.parse(readFileSync(join(dir, 'FORMAT'), 'utf8'))

  console.log('\nJobs can be submitted with nothing running:')
  const ids = textFiles().map(path => submit(`count-${basename(path)}`, countScript(path)))
  show(['stat', '-a', '--header', '-o', 'id,name,state,cpus,memory,reason'])

  console.log('\n$ god watch &      # schedules and follows them')
  const watch = spawn(process.execPath, [god, 'watch'], {env, stdio: ['ignore', 'ignore', 'inherit']})
  const over = new Promise(resolve => watch.once('exit', resolve))
  try {
    await follow(ids)
    run(['wait', ...ids])
    const lines = ids.map(id => run(['logs', id], {quiet: true})).join('')
    const merge = submit('merge', mergeScript(lines))
    show(['wait', merge])
    show(['logs', merge])
    show(['stat', '-t', 'all', '--header', '-o', 'id,name,state,exit,cpu_seconds,max_memory,node'])
    const uids = new Set(ids.map(id => run(['logs', id, '-e'], {quiet: true}).trim()))
    console.log(`\nThe jobs ran ${[...uids].join(', ')}.`)
  } finally {
    watch.kill('SIGTERM')
    await over
    rmSync(scripts, {recursive: true, force: true})
  }
  run(['watch', '--once'], {quiet: true})
  const left = containersLeft(cluster)
  console.log(`Containers left behind: ${left}.`)
  console.log(`
What to type next (put ${join(project, 'bin')} on the PATH as god, or use it by its path):
  export GOD_SHARED_DIR=${dir}${executor === 'docker' ? ` DOCKER_HOST=${process.env.DOCKER_HOST}` : ''}
  alias god=${god}
  god show ${ids[0]}
  god watch &
  god submit -W -- echo hello`)
  if (left > 0) process.exitCode = 1
}

await main()
