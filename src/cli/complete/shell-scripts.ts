/** What a shell evaluates so that its Tab key asks `god __complete`: the words so far, the last one unfinished. */

import {variable} from '../../host/environment.js'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

const BASH = `# Tab completion of god for bash:  eval "$(god autocomplete bash)"
_god() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <("$1" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _god god
`

const ZSH = `#compdef god
# Tab completion of god for zsh:  eval "$(god autocomplete zsh)"
_god() {
  local line
  local -a found
  for line in "\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] && found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( \${#found} )); then _describe god found; else _files; fi
}
(( $+functions[compdef] )) && compdef _god god
`

const FISH = `# Tab completion of god for fish:  god autocomplete fish | source
function __god_complete
  set -l words (commandline -opc)
  set -l found ($words[1] __complete $words[2..-1] (commandline -ct | string collect -a) 2>/dev/null)
  if set -q found[1]
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c god -f -k -a '(__god_complete)'
`

const SCRIPTS: Readonly<Record<Shell, string>> = {bash: BASH, zsh: ZSH, fish: FISH}

export const shellScript = (shell: Shell): string => SCRIPTS[shell]

/** As SHELL has it. */
export const callersShell = (): Shell =>
  SHELLS.find(shell => variable('SHELL')?.endsWith(`/${shell}`) === true) ?? 'bash'
