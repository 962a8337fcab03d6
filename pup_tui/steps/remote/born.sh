# When a process was born, in $_pup_tui_born, and its group, in $_pup_tui_group; both empty where it is not there.
# A number is given to another process one day; the two together, with the start of the computer, never.
_pup_tui_look() {
  _pup_tui_born='' _pup_tui_group='' _pup_tui_line=''
  if [ -r /proc/self/stat ]; then
    { read -r _pup_tui_line <"/proc/$1/stat"; } 2>/dev/null || return 0
    # A name may hold anything, also blanks and brackets.
    set -- ${_pup_tui_line##*')'}
    case $1 in [ZX]) return 0 ;; esac
    _pup_tui_group=$3 _pup_tui_born=${20} _pup_tui_line=''
    { read -r _pup_tui_line </proc/sys/kernel/random/boot_id; } 2>/dev/null || :
    _pup_tui_born="$_pup_tui_born@$_pup_tui_line"
  else
    _pup_tui_group=$(ps -o pgid= -p "$1" 2>/dev/null | tr -d ' ')
    _pup_tui_born=$(LC_ALL=C ps -o lstart= -p "$1" 2>/dev/null | tr -s ' ' _)
  fi
}
