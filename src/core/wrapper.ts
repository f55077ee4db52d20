/**
 * The program that runs a user's command inside the container (docker.md 1.2, state.md 8).
 *
 * POSIX sh, handed over as text: `SHELL -c WRAPPER god ARGV...`, so nothing of it lies where the user
 * could change it. It promises, as the user: the fence `started.<attempt>/` is its first act, before any
 * log is opened, so an attempt runs at most once whoever starts it again (EEXIST: 125); the exit code in
 * `started.<attempt>/exit` is its last. It is the second witness of the engine's word, never the first.
 *
 * Reads: GOD_OUT (job directory), GOD_ATTEMPT, GOD_CWD, GOD_STDOUT, GOD_STDERR (relative ones are meant
 * from GOD_OUT), GOD_TOOLS (prefix of mkdir, mv, date: a static busybox, or empty).
 */

/** Exit code of the wrapper itself when the fence is taken or the job directory is not there. */
export const FENCE_EXIT = 125

/*
 * The lookup along PATH is ours because a busybox shell prefers its own applets to the image's programs:
 * the user's `sort` must be the image's `sort`.
 */
export const WRAPPER = `trap : TERM INT HUP USR1 USR2
cd "$GOD_OUT" || exit 125
$GOD_TOOLS mkdir "started.$GOD_ATTEMPT" || exit 125
finish() {
  $GOD_TOOLS date +%s >>god.info
  cd "started.$GOD_ATTEMPT" && echo "$1" >exit.tmp && $GOD_TOOLS mv exit.tmp exit
  exit "$1"
}
$GOD_TOOLS date +%s >god.info
: >god.log
: >god.err
if ! { : >"$GOD_STDOUT" && : >"$GOD_STDERR"; } 2>>god.err; then finish 126; fi
exec </dev/null >>"$GOD_STDOUT" 2>>"$GOD_STDERR"
(
  cd "$GOD_CWD" || exit 126
  case $1 in
    */*) ;;
    *)
      IFS=:
      found=
      for dir in $PATH; do
        if [ -f "\${dir:-.}/$1" ] && [ -x "\${dir:-.}/$1" ]; then found=\${dir:-.}/$1; break; fi
      done
      unset IFS
      if [ -z "$found" ]; then echo "god: $1: no such program in PATH" >&2; exit 127; fi
      shift
      set -- "$found" "$@"
      ;;
  esac
  unset dir found GOD_OUT GOD_TOOLS GOD_CWD GOD_STDOUT GOD_STDERR
  exec "$@"
)
finish $?
`
