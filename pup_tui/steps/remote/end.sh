# Ends the group of a process, if that is the one that was begun: TERM, and KILL once its grace is over.
IFS=' ' read -r _pup_tui_mark _pup_tui_pid _pup_tui_wanted _pup_tui_grace _pup_tui_begun || exit 1
_pup_tui_is_it() {
  _pup_tui_look "$_pup_tui_pid"
  [ "$_pup_tui_born" = "$_pup_tui_begun" ] && [ "$_pup_tui_group" = "$_pup_tui_wanted" ]
}
_pup_tui_say() {
  printf '%s %s\n' "$_pup_tui_mark" "$1"
  exit 0
}
# Whether one of the group lives; what has ended and is only not yet taken note of does not.
_pup_tui_lives() {
  kill -0 "-$_pup_tui_wanted" 2>/dev/null || return 1
  [ -r /proc/self/stat ] && command -v awk >/dev/null 2>&1 || return 0
  cat /proc/[0-9]*/stat 2>/dev/null |
    awk -v "group=$_pup_tui_wanted" '{ sub(/.*\) /, "") } $3 == group && $1 !~ /[ZX]/ { lives = 1 } END { exit ! lives }'
}
_pup_tui_wait() {
  while _pup_tui_lives; do
    [ "$_pup_tui_left" -gt 0 ] || return 1
    _pup_tui_left=$((_pup_tui_left - 1))
    sleep 0.1 2>/dev/null || { sleep 1; _pup_tui_left=$((_pup_tui_left - 9)); }
  done
}
_pup_tui_is_it || _pup_tui_say gone
kill -TERM "-$_pup_tui_wanted" 2>/dev/null || { _pup_tui_is_it && _pup_tui_say denied; _pup_tui_say gone; }
kill -CONT "-$_pup_tui_wanted" 2>/dev/null
_pup_tui_left=$_pup_tui_grace
_pup_tui_wait && _pup_tui_say ended
# What is left of the group is still that group: its number is given to nobody as long as one is in it.
kill -KILL "-$_pup_tui_wanted" 2>/dev/null
_pup_tui_left=10
_pup_tui_wait && _pup_tui_say killed
_pup_tui_say left
