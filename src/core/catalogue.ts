/**
 * The one error catalogue: every refusal a user can meet has a stable code, an exit code, and a line
 * on its cause and cure (docs/errors.md is made from it).
 */
import {EXIT} from './exit.js'

interface CatalogueEntry {
  readonly exit: number
  /** The same call may succeed later without any change by the user. */
  readonly temporary?: true
  readonly cause: string
  readonly cure: string
}

const entry = (exit: number, cause: string, cure: string): CatalogueEntry => ({exit, cause, cure})
const passing = (exit: number, cause: string, cure: string): CatalogueEntry => ({
  exit,
  cause,
  cure,
  temporary: true,
})

export const CATALOGUE = {
  E_USAGE: entry(
    EXIT.usage,
    'an unknown flag, a missing or a malformed argument',
    'see `god COMMAND --help`',
  ),
  E_COMMAND_EMPTY: entry(EXIT.usage, 'submit was given no command', 'put the command after `--`'),
  E_AMOUNT_BAD: entry(
    EXIT.usage,
    'an amount of time, memory or cpus that cannot be read',
    'see the amounts in `god help submit`',
  ),
  E_IMAGE_BAD: entry(
    EXIT.usage,
    'an image name that Docker would not accept',
    'write it as NAME[:TAG] or NAME@sha256:DIGEST',
  ),
  E_IMAGE_MISSING: entry(
    EXIT.usage,
    'no image given and no default set',
    'use -i IMAGE or set default_images',
  ),
  E_NAME_BAD: entry(
    EXIT.usage,
    'a job name with control characters or over 64 characters',
    'use letters, digits and simple marks',
  ),
  E_ENV_BAD: entry(
    EXIT.usage,
    'a variable name that is malformed or reserved',
    'use NAME=VALUE; GOD_ and GODOCKER_ are ours',
  ),
  E_SELECTOR_BAD: entry(EXIT.usage, 'a job selector that cannot be read', 'use 12, 12-20, last or @name'),
  E_SPEC_BAD: entry(
    EXIT.usage,
    'a field of the job description is missing, unknown or out of bounds',
    'see the field named in the message',
  ),
  E_SCRIPT_BAD: entry(
    EXIT.usage,
    'a script file that cannot be read or is too large',
    'check the file and its size',
  ),
  E_DIRECTIVE_BAD: entry(
    EXIT.usage,
    'a directive in the head of a script that cannot be read',
    'see the line named in the message; nothing was queued',
  ),
  E_JOBS_BAD: entry(
    EXIT.usage,
    'a file of jobs that cannot be read, is empty, or has lines that are no jobs',
    'see the lines named in the message; nothing was queued',
  ),
  E_DEPEND_BAD: entry(
    EXIT.usage,
    'a dependency that cannot be read',
    'use -d afterok:12, afterany:12:13, after:12_3 or singleton',
  ),
  E_DEPEND_REFUSED: entry(
    EXIT.refused,
    'a dependency on a job that there is not, that came later, or whose end rules it out',
    'see `god stat` and `god show ID` for the job that the message names',
  ),
  E_TRACE_BAD: entry(
    EXIT.usage,
    'a trace or a list of nodes that cannot be read, is empty, or has lines that are none',
    'see the line named in the message; nothing was replayed',
  ),
  E_REQUEST_TOO_LARGE: entry(
    EXIT.usage,
    'a request over 256 KiB',
    'put long input into a file that the job reads',
  ),
  E_REQUEST_BAD: entry(
    EXIT.refused,
    'a request file that is damaged or not of its form',
    'submit again with this version of god',
  ),
  E_NO_JOB: entry(EXIT.noJob, 'no job of that id (or not yours to see)', 'see `god stat -a`'),
  E_NOT_PERMITTED: entry(
    EXIT.notPermitted,
    "the job belongs to somebody else, or what was asked for is an operator's alone",
    'ask its owner or an operator',
  ),
  E_WRONG_STATE: entry(EXIT.conflict, 'the job is in a state that does not allow this', 'see `god show ID`'),
  E_RESOURCES_NEVER: entry(
    EXIT.refused,
    'more than any node has, or the site',
    'ask for less; see `god doctor` for the nodes',
  ),
  E_RESOURCE_UNKNOWN: entry(EXIT.refused, 'a resource that this site does not count', 'see `god whoami`'),
  E_NO_NODE: entry(EXIT.noJob, 'no node of that name is known', 'see `god nodes`'),
  E_NO_ACCOUNT: entry(
    EXIT.noJob,
    'no user or no group of that name is known',
    'see `getent passwd` and `getent group`',
  ),
  E_NODE_NEVER: entry(
    EXIT.refused,
    'labels that no node has, or none of the queue',
    'ask for labels that the message lists; see `god nodes`',
  ),
  E_IMAGE_NOT_ALLOWED: entry(EXIT.refused, 'the image is not on the list', 'use one of default_images'),
  E_VOLUME_BAD: entry(
    EXIT.usage,
    'a volume that is not named as volumes are',
    'use -v NAME, NAME:ro or NAME:rw',
  ),
  E_VOLUME_REFUSED: entry(
    EXIT.refused,
    'a volume that there is not, that is not granted to you, or not for writing',
    'see `god whoami`',
  ),
  E_PROJECT_REFUSED: entry(
    EXIT.refused,
    'a project that there is not, or that you are no member of',
    'see `god whoami`',
  ),
  E_ROOT_REFUSED: entry(EXIT.refused, 'you may not be root in a container here', 'see `god whoami`'),
  E_QUEUE_REFUSED: entry(
    EXIT.refused,
    'a queue that there is not, or that is not for you',
    'use one of those that the message lists; see `god whoami`',
  ),
  E_LIMIT: entry(EXIT.refused, 'more than the site or the queue allows one job', 'ask for less'),
  E_QUOTA: entry(
    EXIT.refused,
    'the job does not fit into a quota of its user or its project',
    'ask for less, or wait for others of yours to end; see `god whoami`',
  ),
  E_KEY_TAKEN: entry(
    EXIT.conflict,
    'a job of yours has this key, and was asked for something else',
    'see the job named in the message; give the new job another key',
  ),
  E_ID_TAKEN: entry(EXIT.conflict, 'the claimed id is no longer free', 'submit again'),
  E_DIR_MISSING: entry(EXIT.failed, 'no shared directory found', '`god init`, or --dir, or GOD_SHARED_DIR'),
  E_DIR_LOOSE: entry(
    EXIT.failed,
    'somebody else could change the directory of a site of many users: by its owner, or its mode',
    'close what the message names; `god fsck` finds all of it',
  ),
  E_SERVICE_RIGHTS: entry(EXIT.failed, 'who serves many users lacks a right', 'see docs/many-users.md'),
  E_DIR_BAD: entry(
    EXIT.failed,
    'the directory is not a shared directory of this version',
    'check --dir; `god doctor`',
  ),
  E_DIR_NEWER: entry(
    EXIT.failed,
    'the directory was raised to a later format by a newer god',
    'install the newer god on this host; nothing was read or changed',
  ),
  E_DIR_BUSY: passing(
    EXIT.later,
    'the shared directory did not answer for some seconds (a restarted file server, too many open files)',
    'try again later; nothing was done',
  ),
  E_DIR_FOREIGN: entry(
    EXIT.notPermitted,
    'a .god found upward belongs to somebody else',
    'name it with --dir if you trust it',
  ),
  E_DIR_EXISTS: entry(
    EXIT.conflict,
    'init was asked to make a directory that is one already',
    'use it, or choose another place',
  ),
  E_CONFIG_BAD: entry(
    EXIT.failed,
    'the configuration has an unknown key or a bad value, or cannot be read',
    'see file, line and key in the message',
  ),
  E_PROVIDER_UNKNOWN: entry(
    EXIT.failed,
    'the configuration names a plugin that is not there',
    'see the list in the message',
  ),
  E_PROVIDER_BAD: entry(
    EXIT.failed,
    'a plugin of another api version, or one that does not load',
    'update it',
  ),
  E_PLUGIN_FAILED: entry(
    EXIT.failed,
    'a plugin could not be installed, linked, updated or removed',
    'see what npm said above the message',
  ),
  E_HALTED: passing(
    EXIT.later,
    'an operator (or a disk fault) stopped the passes',
    'read HALT, cure the cause, remove the file',
  ),
  E_LEASE_HELD: passing(
    EXIT.later,
    'what needs the scheduler to rest was asked for while one is at work',
    'stop it first, or wait for the end of its pass',
  ),
  E_FENCED: passing(EXIT.later, 'a younger scheduler took over', 'nothing; it is working'),
  E_DISK: entry(
    EXIT.disk,
    'the shared directory could not be written or synced',
    'check the disk, then remove HALT',
  ),
  E_DISK_FULL: passing(EXIT.disk, 'no space left for a record', 'free space; nothing was lost'),
  E_RECORD_BAD: entry(
    EXIT.failed,
    'a job record is damaged, or cannot be read',
    'it went to quarantine/ with a reason, or is left as it is; the others run on: see `god fsck`',
  ),
  E_TIMED_OUT: passing(EXIT.timedOut, 'wait gave up at --timeout', 'wait again; the job is untouched'),
  E_INTERRUPTED: entry(
    EXIT.interrupted,
    'Ctrl-C, or a question that was not answered with yes',
    'the jobs are untouched; `god kill ID` ends one',
  ),
  E_BUG: entry(EXIT.bug, 'god met a case it did not foresee', 'report it with the text shown'),
} as const satisfies Record<string, CatalogueEntry>

export type ErrorCode = keyof typeof CATALOGUE
