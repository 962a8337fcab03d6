# Takes a script, what surrounds it and what it reads off the standard input, and runs it once it is told to.
# What it says of itself stands behind the mark that it is given; all else is the script's.
IFS=' ' read -r _pup_tui_mark _pup_tui_how _pup_tui_script _pup_tui_around _pup_tui_stdin || exit 1
_pup_tui_umask=$(umask)
umask 077
_pup_tui_fail() {
  printf '%s f %s\n' "$_pup_tui_mark" "$1" >&2
  exit 1
}
for _pup_tui_tool in mktemp dd rm; do
  command -v "$_pup_tui_tool" >/dev/null 2>&1 || _pup_tui_fail "needs $_pup_tui_tool"
done
_pup_tui_dir=''
trap 'rm -rf "$_pup_tui_dir"; exit 1' HUP INT TERM
# What is small lies in memory, so that a host whose disk is full takes it too.
_pup_tui_place=/tmp
if [ "$((_pup_tui_script + _pup_tui_around + _pup_tui_stdin))" -le 1048576 ] && [ -d /dev/shm ] && [ -w /dev/shm ]; then
  _pup_tui_place=/dev/shm
fi
_pup_tui_dir=$(mktemp -d "${TMPDIR:-$_pup_tui_place}/pup-tui.XXXXXX" 2>&1) || _pup_tui_fail "files $_pup_tui_dir"
# The files lose their names before anything is written to them: whatever ends this, nothing is left of them.
: >"$_pup_tui_dir/a" && exec 3<"$_pup_tui_dir/a" 6>"$_pup_tui_dir/a" || _pup_tui_fail 'files they cannot be made'
: >"$_pup_tui_dir/b" && exec 5<"$_pup_tui_dir/b" 7>"$_pup_tui_dir/b" || _pup_tui_fail 'files they cannot be made'
: >"$_pup_tui_dir/c" && exec 4<"$_pup_tui_dir/c" 8>"$_pup_tui_dir/c" || _pup_tui_fail 'files they cannot be made'
rm -rf "$_pup_tui_dir"
umask "$_pup_tui_umask"
_pup_tui_take() {
  _pup_tui_left=$1
  while [ "$_pup_tui_left" -gt 0 ]; do
    _pup_tui_size=$_pup_tui_left
    [ "$_pup_tui_size" -le 65536 ] || _pup_tui_size=65536
    _pup_tui_got=$(LC_ALL=C dd bs="$_pup_tui_size" count=1 2>&1 >&9) || _pup_tui_fail "files $_pup_tui_got"
    set -- $_pup_tui_got
    case $1 in
      1+0) ;;
      # A part came: how much of it stands in the line of bytes. Nothing: whoever sends is gone.
      0+1) case ${7-} in '' | *[!0-9]*) _pup_tui_fail 'needs a dd that tells how much it read' ;; esac; _pup_tui_size=$7 ;;
      *) exit 1 ;;
    esac
    _pup_tui_left=$((_pup_tui_left - _pup_tui_size))
  done
}
exec 9>&6 6>&-
_pup_tui_take "$_pup_tui_script"
exec 9>&7 7>&-
_pup_tui_take "$_pup_tui_around"
exec 9>&8 8>&-
_pup_tui_take "$_pup_tui_stdin"
exec 9>&-
# A signal is for the script: what it does with it is waited for.
trap : HUP INT TERM
_pup_tui_look "$$"
[ -n "$_pup_tui_born" ] || _pup_tui_fail 'needs /proc or a ps that tells when a process was started'
_pup_tui_need() {
  command -v "$1" >/dev/null 2>&1 || _pup_tui_fail "missing $1"
}
_pup_tui_enter() {
  cd "$1" 2>/dev/null || _pup_tui_fail "folder"
}
exec 7>&2 2>/dev/null
(
  exec 2>&7
  # Sets the environment, enters the directory and leaves the words of the command.
  . /dev/fd/5
  exec 5<&-
  printf '%s s\n' "$_pup_tui_mark" || exit 1
  printf '%s s %s %s %s\n' "$_pup_tui_mark" "$$" "$_pup_tui_group" "$_pup_tui_born" >&2
  read -r _pup_tui_go || exit 1
  exec 7>&-
  case $_pup_tui_how in
    script) exec "$@" <&3 3<&- ;;
    program) exec "$@" <&4 4<&- ;;
  esac
)
printf '%s e %s\n' "$_pup_tui_mark" "$?" >&7
