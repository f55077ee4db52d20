/**
 * The program that becomes the job, as the job's user: `sh -s` reads it from a file that the supervisor opened.
 *
 * It proves who it is before anything of the user is looked at (a drop of rights that failed must never run
 * more), says on descriptor 3 that it got through, takes on exactly the environment asked for, and becomes
 * SHELL -c WRAPPER god ARGV. Command and variables travel in this file and never in an argument list, because
 * any account may read those with `ps` and because the dynamic linker of a root process obeys variables.
 */
import type {ContainerSpec} from '@god-cli/api'

export interface Identity {
  readonly uid: number
  readonly gid: number
  readonly groups: readonly number[]
}

export const SAFE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Where the job's directory is meant, the way there is not needed: its parents may be closed to the user. */
const fromWork = (path: string, spec: ContainerSpec): string => {
  for (const root of [spec.workDir.target, spec.workDir.source]) {
    if (path === root) return '.'
    if (path.startsWith(`${root}/`)) return `.${path.slice(root.length)}`
  }
  return path
}

const PLACES = ['GOD_CWD', 'GOD_STDOUT', 'GOD_STDERR']

/** There is no container that would hide the others: the libraries heed these. */
const gpuVariables = ({devices}: ContainerSpec): Readonly<Record<string, string>> =>
  devices === undefined
    ? {}
    : {CUDA_VISIBLE_DEVICES: devices.join(','), NVIDIA_VISIBLE_DEVICES: devices.join(',')}

const environment = (spec: ContainerSpec): Readonly<Record<string, string>> => {
  const env: Record<string, string> = {
    PATH: SAFE_PATH,
    ...spec.env,
    ...gpuVariables(spec),
    GOD_OUT: '.',
    GOD_TOOLS: '',
  }
  for (const name of PLACES) {
    const path = env[name]
    if (path !== undefined) env[name] = fromWork(path, spec)
  }
  return env
}

/** Variables that some shells refuse to set; `env` sets them, seen in an argument list for a moment. */
const READ_ONLY = /^(UID|EUID|PPID|SHELLOPTS|BASHOPTS|BASH_VERSINFO)$/
const isExportable = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !READ_ONLY.test(name)

const identityLines = ({uid, gid, groups}: Identity): string => {
  const four = (id: number): string => `${id} ${id} ${id} ${id}`
  return `Uid:${four(uid)}|Gid:${four(gid)}|Groups:${groups.join(' ')}|CapEff:${'0'.repeat(16)}|NoNewPrivs:1|`
}

/** Reads /proc/self/status by the shell's own means; VmHWM is the least that the job's peak can be. */
const proof = (identity: Identity | null): string => `seen= peak=0
while read -r key rest; do
  set -- $rest
  case $key in
    Uid: | Gid: | Groups: | CapEff: | NoNewPrivs:) seen="$seen$key$*|" ;;
    VmHWM:) peak=$1 ;;
  esac
done </proc/self/status
${
  identity === null
    ? ''
    : `if [ "$seen" != ${quote(identityLines(identity))} ]; then
  echo "not the identity asked for: $seen" >&2
  exit 125
fi`
}
echo "$peak" >&3`

export const launchProgram = (spec: ContainerSpec, identity: Identity | null): string => {
  const env = Object.entries(environment(spec))
  const plain = env.filter(([name]) => isExportable(name))
  const odd = env.filter(([name]) => !isExportable(name))
  const shell = `/bin/sh -c ${quote(spec.wrapper)} god ${spec.argv.map(quote).join(' ')}`
  const through =
    odd.length === 0 ? '' : `/usr/bin/env ${odd.map(([name, value]) => quote(`${name}=${value}`)).join(' ')} `
  // In braces: the shell must have read all of it before it runs the first line.
  return `{
${proof(identity)}
unset seen peak key rest
${plain.map(([name, value]) => `export ${name}=${quote(value)}`).join('\n')}
exec ${through}${shell} </dev/null >/dev/null 2>&1 3>&-
}
`
}
