# Completion of hearsay and hearsay-node in bash.
#
# Options, and the words that an option may have, are read from --help when they are wanted, so they
# are never out of date.

# _hearsay_options COMMAND...: the options that its help names.
_hearsay_options() {
  "$@" --help 2> /dev/null | grep -oE '^  +(-[a-zA-Z],)?--[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+'
}

# _hearsay_words OPTION COMMAND...: what may stand behind it: "--gossip NAME:{relay,push}".
_hearsay_words() {
  local option=$1
  shift
  "$@" --help 2> /dev/null | grep -E "^  +([-a-zA-Z0-9,]*,)?${option}(,| )" |
    grep -oE '\{[^}]*\}' | head -n 1 | tr -d '{}' | tr ',' '\n'
}

_hearsay_subcommands() {
  "$@" --help 2> /dev/null | sed -n '/^Subcommands:/,$ s/^  \([a-z-]\+\) .*/\1/p'
}

_hearsay() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local asked=("${COMP_WORDS[0]}") i
  COMPREPLY=()
  if [[ ${COMP_WORDS[0]##*/} == hearsay ]]; then
    if ((COMP_CWORD == 1)) || { ((COMP_CWORD == 2)) && [[ $previous == help ]]; }; then
      mapfile -t COMPREPLY < <(compgen -W "$(_hearsay_subcommands "${asked[0]}") help" -- "$current")
      return
    fi
    # "hearsay trace value", "hearsay cluster up", and "hearsay help trace value".
    i=1
    [[ ${COMP_WORDS[1]} == help ]] && i=2
    asked+=("${COMP_WORDS[i]}")
    if [[ ${COMP_WORDS[i]} =~ ^(trace|cluster)$ ]]; then
      if ((COMP_CWORD == i + 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$(_hearsay_subcommands "${asked[@]}")" -- "$current")
        return
      fi
      asked+=("${COMP_WORDS[i + 1]}")
    fi
    # Behind "--" stand options of the node.
    for ((i = 2; i < COMP_CWORD; ++i)); do
      [[ ${COMP_WORDS[i]} == -- ]] && asked=("${COMP_WORDS[0]%hearsay}hearsay-node") && break
    done
  fi
  # --gossip=re comes as three words.
  if [[ $current == = ]]; then
    current=""
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case $previous in
    --bin | --credentials | --tls-ca | --tls-cert | --tls-key | --log | --scenario | --worker | --trace-file | -o | --output) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --store | --state-dir) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
    --record) [[ ${asked[0]} == *hearsay-node ]] && { mapfile -t COMPREPLY < <(compgen -f -- "$current"); return; } ;;
    -w) previous=--workload ;;
    -c | --contestant) previous=--gossip asked=("${COMP_WORDS[0]%hearsay}hearsay-node") ;;
  esac
  if [[ $previous == --* && $current != -* ]]; then
    local words
    words=$(_hearsay_words "$previous" "${asked[@]}")
    [[ -z $words ]] || { mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current"); return; }
  fi
  # A run, where no option is begun.
  if [[ ${asked[1]:-} =~ ^(trace|replay)$ && $current != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    return
  fi
  mapfile -t COMPREPLY < <(compgen -W "$(_hearsay_options "${asked[@]}")" -- "$current")
}

complete -F _hearsay hearsay hearsay-node
