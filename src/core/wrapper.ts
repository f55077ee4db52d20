/**
 * The program that runs a user's command inside the container (docker.md 1.2, state.md 8).
 *
 * POSIX sh, handed over as text: `SHELL -c WRAPPER god ARGV...`, so nothing of it lies where the user
 * could change it. It promises, as the user: the fence `started.<attempt>/` is its first act, before any
 * log is opened, so an attempt runs at most once whoever starts it again (EEXIST: 125); the exit code in
 * `started.<attempt>/exit` is its last. It is the second witness of the engine's word, never the first.
 *
 * Beside a 126 or 127 lies in `cause` why nothing could be run, if that can be seen (core/launch-fault.ts). It is looked
 * for afterwards, so that what runs pays nothing for it.
 *
 * Reads: GOD_OUT (job directory), GOD_ATTEMPT, GOD_CWD, GOD_STDOUT, GOD_STDERR (relative ones are meant
 * from GOD_OUT), GOD_TOOLS (prefix of mkdir, mv, date: a static busybox, or empty).
 */

/** Exit code of the wrapper itself when the fence is taken or the job directory is not there. */
export const FENCE_EXIT = 125

/*
 * A file that cannot be opened is tried in a subshell: `:` is a special built-in, so a failed redirection of it
 * would end the shell there and then, without a word in god.err.
 * The lookup along PATH is ours because a busybox shell prefers its own applets to the image's programs:
 * the user's `sort` must be the image's `sort`. Its variables have names that no user may set.
 */
export const WRAPPER = `trap : TERM INT HUP QUIT USR1 USR2
cd "$GOD_OUT" || exit 125
$GOD_TOOLS mkdir "started.$GOD_ATTEMPT" || exit 125
finish() {
  $GOD_TOOLS date +%s >>god.info
  cd "./started.$GOD_ATTEMPT" || exit "$1"
  if [ -n "$2" ]; then echo "$2" >cause; fi
  echo "$1" >exit.tmp && $GOD_TOOLS mv exit.tmp exit
  exit "$1"
}
find_program() {
  GOD_FOUND=
  case $1 in
    */*) GOD_FOUND=$1 ;;
    *)
      GOD_DIRS=$PATH:
      while [ -z "$GOD_FOUND" ] && [ -n "$GOD_DIRS" ]; do
        GOD_DIR=\${GOD_DIRS%%:*}
        GOD_DIRS=\${GOD_DIRS#*:}
        if [ -f "\${GOD_DIR:-.}/$1" ] && [ -x "\${GOD_DIR:-.}/$1" ]; then GOD_FOUND=\${GOD_DIR:-.}/$1; fi
      done
      ;;
  esac
}
fault() {
  cd "$GOD_CWD" || { echo workdir; return; }
  find_program "$1"
  if [ -z "$GOD_FOUND" ] || [ ! -e "$GOD_FOUND" ]; then echo program; return; fi
  if [ ! -f "$GOD_FOUND" ] || [ ! -x "$GOD_FOUND" ]; then echo executable; return; fi
  IFS= read -r GOD_LINE <"$GOD_FOUND"
  case $GOD_LINE in
    '#!'*'\r') echo line-ends ;;
    '#!'*)
      set -f
      set -- \${GOD_LINE#??}
      if [ ! -e "$1" ]; then echo interpreter; fi
      ;;
  esac
}
$GOD_TOOLS date +%s >god.info
if ! (: >god.log && : >god.err && : >"$GOD_STDOUT" && : >"$GOD_STDERR") 2>>god.err; then finish 126 output; fi
exec </dev/null >>"$GOD_STDOUT" 2>>"$GOD_STDERR"
(
  cd "$GOD_CWD" || exit 126
  find_program "$1"
  if [ -z "$GOD_FOUND" ]; then echo "god: $1: no such program in PATH" >&2; exit 127; fi
  shift
  set -- "$GOD_FOUND" "$@"
  unset GOD_DIR GOD_DIRS GOD_FOUND GOD_OUT GOD_TOOLS GOD_CWD GOD_STDOUT GOD_STDERR
  exec "$@"
)
GOD_CODE=$?
GOD_FAULT=
case $GOD_CODE in 126 | 127) GOD_FAULT=$(fault "$@" 2>/dev/null) ;; esac
finish $GOD_CODE $GOD_FAULT
`
