# Tells whether a process that was begun is there, and waits until it is gone.
IFS=' ' read -r _pup_tui_mark _pup_tui_pid _pup_tui_wanted _pup_tui_begun || exit 1
_pup_tui_look "$_pup_tui_pid"
if [ "$_pup_tui_born" != "$_pup_tui_begun" ] || [ "$_pup_tui_group" != "$_pup_tui_wanted" ]; then
  printf '%s gone\n' "$_pup_tui_mark"
  exit 0
fi
printf '%s there\n' "$_pup_tui_mark"
while [ "$_pup_tui_born" = "$_pup_tui_begun" ]; do
  sleep 1
  _pup_tui_look "$_pup_tui_pid"
done
printf '%s gone\n' "$_pup_tui_mark"
