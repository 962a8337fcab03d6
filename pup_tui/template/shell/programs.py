"""Which programs take which of their words, or their standard input, for code.

To add a program, add a line: its names, the language of its code, its words as `synopsis` explains them;
what is indented continues a line. A name of two words is a subcommand (``_`` in it is any operand), which
has the options of the program, too. A program that is in no line is searched for an interpreter in its
words (``somewrapper sh -c …``).
"""

from __future__ import annotations

import re
from typing import Final

from pup_tui.template.shell.synopsis import ProgramTable

_SHELLS: Final = r"""
sh, ash, bash, dash, ksh, ksh93, lksh, mksh, oksh, pdksh, posh, rbash, rksh, rzsh, yash, zsh, osh, ysh, exe |
    shell | -c@CODE -s@STDIN -o= +o= -O= +O= --rcfile=FILE --init-file=FILE <CODE FILE REST
csh, tcsh | shell | -c@CODE -s@STDIN <CODE FILE REST
fish | shell | -c=CODE! --command=CODE! -C=CODE --init-command=CODE -d= -o= <CODE FILE REST
nu, elvish, xonsh, rc | shell | -c=CODE! --commands=CODE! <CODE FILE REST
pwsh, powershell | PowerShell | -c=CODE! -C=CODE! -command=CODE! -Command=CODE! -CommandWithArgs=CODE!
    -EncodedCommand=CODE! -e=CODE! -ec=CODE! -enc=CODE! -File=FILE! -f=FILE! -ExecutionPolicy= -ep=
    -NoProfile -nop -NonInteractive -noni -NoLogo -NoExit -Interactive <CODE CODE REST
cmd.exe | shell | <CODE
cmd /c, cmd /k, cmd.exe /c, cmd.exe /k | shell | CODE*
eval | shell | CODE*
., source | shell | CODE REST
trap | shell | CODE REST
alias | shell | CODE*
fc | shell | -s= -e=CODE
bind | shell | -x=CODE
complete, compgen | shell | -C=CODE -W=CODE -F=
mapfile, readarray | shell | -C=CODE -c= -n= -O= -s= -d= -t? -u= VAR
emulate | shell | -c=CODE _
sched | shell | _ CODE*
read | | -p= -d= -n= -N= -t= -u= -i= -a=VAR -A=VAR VAR*
printf | | -v=VAR REST
set | | -o= +o= ARGS*
print | | -v=VAR -f= -u= REST
vared | | VAR
zcalc | arithmetic | CODE*
zmv, zcp, zln | shell | -p= -P= -o= _ CODE
"""

_WRAPPERS: Final = r"""
command | | -v@_ -V@_ RUN
builtin, coproc, exec, nocorrect, noglob, nohup, busybox, toybox, setsid, fakeroot, caffeinate,
    unbuffer, catchsegv, ltrace | | -a= -o= -l? RUN
- | | RUN
time, gtime | | -f= --format= -o= --output= RUN
env, genv | shell | ENV -S=CODE --split-string=CODE -u= --unset= -C= --chdir= -P= -a= SETS RUN
sudo | shell | -u= --user= -g= --group= -h= --host= -p= --prompt= -C= -D= --chdir= -R= --chroot= -T= -r=
    -t= -U= <CODE SETS RUN
doas | shell | -u= -C= -a= <CODE RUN
su | shell | -c=CODE --command=CODE --session-command=CODE -s= --shell= -g= -G= -w= -T= <CODE _*
runuser | shell | -c=CODE --command=CODE --session-command=CODE -s= --shell= -u= --user= -g= --group= -G=
    -w= <CODE _ RUN
runuser -- | | RUN
sg, newgrp | shell | -c=CODE <CODE _ CODE*
timeout, gtimeout | | -k= --kill-after= -s= --signal= _ RUN
nice, gnice | | -n= --adjustment= RUN
ionice | | -c= --class= -n= --classdata= -p= RUN
chrt | | -p= -T= -P= -D= _ RUN
taskset | | -p= -c= --cpu-list= RUN
numactl | | -C= -m= -N= RUN
stdbuf | | -i= -o= -e= RUN
setpriv | | --reuid= --regid= --groups= --inh-caps= RUN
capsh | shell | -c=CODE --user= --drop= --caps= REST
capsh -- | shell | -c@CODE <CODE FILE REST
prlimit | | -p= --pid= RUN
unshare | | -S= -G= --root= -R= RUN
nsenter | shell | -t= --target= -S= -G= -r= -w= <CODE RUN
chroot | shell | -u= --userspec= --groups= -g= <CODE _ RUN
proot | shell | -r= -b= -w= -R= -S= <CODE RUN
bwrap, firejail | | RUN
schroot | shell | -c= --chroot= -u= --user= -d= <CODE RUN
systemd-run | shell | -p=CODE/exec/ --property=CODE/exec/ -u= --unit= -M= --machine= -H= --host= -E=
    --setenv= --uid= --gid= --slice= --description= --on-calendar= --on-active= --on-boot= --nice=
    --working-directory= -d? RUN
systemd-nspawn | | -D= -M= -u= -i= RUN
systemd-inhibit | | --what= --who= --why= --mode= RUN
dbus-run-session, xvfb-run | | -s= -n= -a? RUN
machinectl shell | shell | --uid= <CODE _ RUN
daemonize, daemon | | -u= -p= -o= -e= -c= RUN
chpst | | -u= -U= -e= -n= RUN
envdir | | _ RUN
setuidgid, gosu, su-exec, setlock, softlimit | | _ RUN
tini, dumb-init, s6-setuidgid, catatonit | | RUN
flock | shell | -w= --timeout= -E= --conflict-exit-code= -c=CODE --command=CODE _ RUN
lockf | | -t= _ RUN
with-lock-ex | | _ RUN
script | shell | -c=CODE --command=CODE -O= -I= -B= -o= -E= -T= -m= -t? <CODE OUT RUN
watch | shell | -n= --interval= -q= --equexit= CODE*
entr | shell | -s@CODE RUN
watchexec | shell | -w= -e= -f= -i= -d= -s= -W= --exts= --watch= --filter= --ignore= --shell= CODE*
nodemon | shell | -x=CODE --exec=CODE -e= --ext= -w= --watch= _*
onchange, chokidar | shell | -c=CODE --command=CODE _*
concurrently | shell | -n= --names= -c= CODE*
hyperfine | shell | -p=CODE --prepare=CODE -s=CODE --setup=CODE -c=CODE --cleanup=CODE -w= --warmup= -r=
    --runs= -m= -M= -L== --export-json= --export-markdown= -n= CODE*
strace | | -e= -o= -p= -s= -u= -E= -P= -a= -S= -O= -I= -b= -X= RUN
perf, perf stat, perf record | | -e= -o= -F= -p= -r= RUN
valgrind | | --tool= --log-file= RUN
gdb | debugger | -ex=CODE --ex=CODE -eval-command=CODE --eval-command=CODE -iex=CODE --args=RUN -args=RUN
    -x=FILE --command=FILE -p= --pid= <CODE _*
lldb | debugger | -o=CODE --one-line=CODE -O=CODE -k=CODE -s=FILE -p= -n= <CODE _*
xargs, gxargs | | -I=MARK -J=MARK -i?MARK --replace?MARK -a=FILE --arg-file=FILE -d= --delimiter= -E= -n=
    --max-args= -L= -s= --max-chars= -P= --max-procs= -R= -S= FEED RUN
parallel | shell | -I=MARK -j= --jobs= -S= --sshlogin= -a= --arg-file= -d= --delimiter= -n= -N= -L=
    --colsep= --joblog= --results= --timeout= --retries= --delay= --tmpdir= --env= <CODE FEED
    FED/::::?[+]?/ CODE*
parallel ::: | shell | CODE*
find, gfind | | -exec=RUN -execdir=RUN -ok=RUN -okdir=RUN FEEDALL NAMES FILES _*
fd, fdfind | | -x=RUN --exec=RUN -X=RUN --exec-batch=RUN -e= -t= -E= FEEDALL NAMES FILES _*
sshpass | | -p= -f= -d= -P= RUN
expect | Tcl | -c=CODE -f=FILE! <CODE FILE REST
at | shell | -f=FILE -q= -t= <CODE _*
batch | shell | -f=FILE -q= <CODE
crontab, incrontab, fcrontab | shell | -u= <CODE FILE
systemctl edit | unit | --stdin <CODE _*
tmux | shell | -L= -S= -f=FILE -c=CODE CODE*
tmux new-session, tmux new | shell | -s=CODE -n=CODE -c=CODE -t= -x= -y= -e= -F=CODE CODE*
tmux new-window, tmux neww, tmux split-window, tmux splitw, tmux respawn-pane, tmux respawnp, tmux
    respawn-window, tmux respawnw | shell | -n=CODE -c=CODE -t= -e= -F=CODE -l= -p= CODE*
tmux send-keys, tmux send | shell | -t= -N= CODE*
tmux has-session, tmux has, tmux attach-session, tmux attach, tmux kill-session, tmux kill-server, tmux
    kill-window, tmux killw, tmux kill-pane, tmux killp, tmux switch-client, tmux switchc, tmux
    detach-client, tmux detach, tmux select-window, tmux selectw, tmux select-pane, tmux selectp, tmux
    list-sessions, tmux ls, tmux list-windows, tmux lsw, tmux list-panes, tmux lsp, tmux capture-pane,
    tmux capturep, tmux paste-buffer, tmux pasteb, tmux resize-pane, tmux resizep | shell | -t= -s= -b=
    -c=CODE -E= -S= -x= -y= -F=CODE -f=CODE -T=CODE CODE*
tmux load-buffer, tmux loadb, tmux save-buffer, tmux saveb, tmux set-buffer, tmux setb, tmux wait-for, tmux
    wait | shell | -b= -t= -n= _ CODE*
tmux set-environment, tmux setenv | shell | -t= _ _ CODE*
screen | shell | -S= -t= -s= -c=FILE -h= -p= -T= -e= -X@CODE RUN
zellij run | | -n= -d= --cwd= RUN
zellij action write-chars | shell | CODE*
dtach, abduco | | -A= -c= -n= -N= -e= RUN
xterm, uxterm, lxterm, x-terminal-emulator | shell | -T= -title= -bg= -fg= -fn= -geometry= -name= -xrm=
    -e=LINE RUN
urxvt, alacritty, kitty, konsole, foot, st | | -T= -title= -e=RUN RUN
xfce4-terminal, mate-terminal, terminator | shell | -T= --title= -e=CODE --command=CODE -x=RUN
    --execute=RUN _*
gnome-terminal | | -e=RUN -x=RUN --title= RUN
xdotool type | shell | --delay= CODE*
sops exec-env, sops exec-file | shell | _ CODE*
aws-vault exec, chamber exec | | -d= --duration= -n= --region= _ RUN
op run, doppler run, infisical run, dotenv run, teller run, summon, dotenv, dotenvx run | shell |
    --command=CODE -f= --env-file= --env= -p= --project= -c= --config= RUN
direnv exec | | _ RUN
poetry run, pipenv run, uv run, pdm run, hatch run, rye run, pixi run, bundle exec, rbenv exec, pyenv
    exec, asdf exec, mise exec, volta run, rvm do, nodenv exec, coverage run | | --with= --python= -p= -m=
    RUN
conda run, mamba run, micromamba run | | -n= --name= -p= --prefix= RUN
nix-shell | shell | --run=CODE --command=CODE -E=CODE --expr=CODE -p= -I= --arg== --argstr== _*
ip netns exec, ip vrf exec | | _ RUN
nix shell, nix develop, nix run, guix shell | shell | --run=CODE --command=RUN -c=RUN -E=CODE
    --expr=CODE -p= -I= --arg== --argstr== _*
nix eval, nix-instantiate, nix-build, nix build | Nix | -E=CODE --expr=CODE --apply=CODE --arg==
    --argstr== FILE
npx, pnpx, bunx | shell | -c=CODE --call=CODE -p= --package= RUN
npm exec, npm x, pnpm exec, pnpm dlx, yarn dlx | shell | -c=CODE --call=CODE -p= --package= RUN
pnpm -c exec, pnpm --shell-mode exec | shell | CODE*
npm | shell | --script-shell=CODE --shell=CODE --editor=CODE --node-options=CODE --prefix= -w= --workspace=
npm config set, npm set, npm c set, pnpm config set, yarn config set | shell |
    CODE/(?!NPM_KEYS)[^=\x01]*[=\x01]/ CODE&/(?!NPM_KEYS)/
npm pkg set | shell | CODE*/(?!(name|version|description|license|author|homepage|private|keywords)\b)/
yarn exec | shell | -c=CODE --call=CODE LINE
"""

_REMOTE: Final = r"""
ssh, slogin, rsh, dbclient, remsh | shell |
    -o=CODE/(proxycommand|localcommand|knownhostscommand|remotecommand|match)\b/ -p= -i= -l= -F= -b= -B=
    -c= -D= -E= -e= -I= -J= -L= -m= -O= -Q= -R= -S= -W= -w= -P= <CODE _ CODE*
autossh | shell |
    -o=CODE/(proxycommand|localcommand|knownhostscommand|remotecommand|match)\b/ -p= -i= -l= -F= -b= -B=
    -c= -D= -E= -e= -I= -J= -L= -m= -M= -O= -Q= -R= -S= -W= -w= -P= <CODE _ CODE*
mosh | shell | --ssh=CODE -p= --predict= --server=CODE _ RUN
pdsh, clush, dsh | shell | -w= -x= -g= -a? -l= -f= -t= -u= -R= -X= -m= -o= <CODE CODE*
pssh, parallel-ssh | shell | -h= -H= -l= -p= -o= -e= -t= -O= -x= CODE*
et | shell | -c=CODE --command=CODE _ CODE*
tsh ssh | shell | --proxy= --user= -l= -p= --cluster= <CODE _ CODE*
scp | shell | -S=CODE -o=CODE/(proxycommand|localcommand|knownhostscommand)\b/ -i= -P= -l= -c= -F= -J= _*
sftp | sftp | -S=CODE -b=FILE -o=CODE/(proxycommand|localcommand|knownhostscommand)\b/ -i= -P= -l= -c= -F=
    -J= -B= -R= -s= -D= <CODE _*
ftp, lftp | ftp | -c=CODE -e=CODE -f=FILE -u= -p= <CODE _*
sshfs | shell | -o=CODE/(ssh_command|proxycommand|localcommand|knownhostscommand)\b/ -p= -F= _*
mutt, neomutt | muttrc | -e=CODE -F=FILE -a= -b= -c= -f= -i= -s= _*
rsync | shell | -e=CODE --rsh=CODE --rsync-path=CODE -f= --filter= --exclude= --include= -T= -B= -M=CODE
    --remote-option=CODE _*
ansible | shell | -a=CODE --args=CODE -i= -m= --module-name= -u= -l= --limit= -b? -e=CODE
    --extra-vars=CODE -f= --become-user= --private-key= _*
ansible-playbook | Jinja | -e=CODE --extra-vars=CODE -i= -u= -l= --limit= -t= --tags= _*
ansible-console | shell | -i= <CODE _*
salt, salt-ssh | shell | -r=CODE --raw=CODE -t= --timeout= -b= --out= _*
salt _ cmd.run, salt _ cmd.run_all, salt _ cmd.shell, salt _ cmd.script, salt _ cmd.retcode, salt _
    cmd.run_stdout, salt-ssh _ cmd.run, salt _ cmd.exec_code | shell | CODE*
salt-call cmd.run, salt-call cmd.shell, salt-call cmd.run_all, salt-run salt.cmd | shell | CODE*
knife ssh | shell | -x= -i= -a= -P= _ CODE*
bolt command run | shell | -t= --targets= -u= --user= CODE
puppet apply | Puppet | -e=CODE --execute=CODE FILE
fab | shell | -H= --hosts= -u= -i= REST
fab -- | shell | CODE*
cap invoke | shell | CODE*
vagrant ssh, vagrant winrm | shell | -c=CODE --command=CODE -s= _ CODE*
vagrant ssh -- | shell | CODE*
multipass exec | | -d= _ RUN
limactl shell, lima | | --workdir= _ RUN
minikube ssh, colima ssh, docker-machine ssh, podman machine ssh, toolbox enter | shell | -n= --node= -p=
    --profile= CODE*
docker-machine ssh | shell | <CODE _ CODE*
toolbox run, distrobox enter, distrobox-enter | | -c= --container= -n= --name= -e=RUN RUN
virt-customize | shell | --run-command=CODE --firstboot-command=CODE --run=FILE -a= -d= _*
virsh qemu-agent-command, virsh qemu-monitor-command | JSON | _ CODE*
lxc exec, incus exec | | --env= --cwd= --user= --group= --project= _ RUN
lxc-attach | shell | -n= --name= -P= <CODE RUN
pct exec | | _ RUN
kubectl, oc, k3s kubectl, microk8s kubectl | Go template | -n= --namespace= --context= --kubeconfig=
    --cluster= --as= --user= --as-group= --server= -s= --token= --request-timeout= -l= --selector= -f=
    --filename= -p= --patch= -o=CODE/(go-)?template/ --output=CODE/(go-)?template/ --template=CODE
kubectl config set-credentials, oc config set-credentials | shell | --exec-command=CODE _*
kubectl exec, oc exec, k3s kubectl exec, microk8s kubectl exec | | -c= --container= --pod-running-timeout=
    _ RUN
oc rsh | shell | -c= --container= --shell= <CODE _ RUN
kubectl run, oc run | | --image= --env= --labels= --overrides= --restart= --port= --image-pull-policy=
    --annotations= --serviceaccount= _ RUN
kubectl debug, oc debug | | -c= --container= --image= --target= --copy-to= --profile= --env= _ RUN
kubectl create job, oc create job, kubectl create cronjob | | --image= --from= --schedule= _ RUN
docker, podman, nerdctl, finch | Go template | -H= --host= -c= --context= --config= -l= --log-level=
    --format=CODE
docker exec, docker container exec, podman exec, podman container exec, nerdctl exec, finch exec | | -e=
    --env= --env-file= -u= --user= -w= --workdir= --detach-keys= _ RUN
docker run, docker container run, docker create, docker service create, podman run, podman create, nerdctl
    run, finch run | | -e= --env= --env-file= -u= --user= -w= --workdir= -v= --volume= -p= --publish=
    --name= --network= --net= -h= --hostname= --entrypoint= -l= --label= -m= --memory= --cpus= --mount=
    --restart= --platform= --add-host= --dns= --cap-add= --cap-drop= --device= --gpus= --ipc= --pid=
    --log-driver= --log-opt= --pull= --security-opt= --shm-size= --tmpfs= --ulimit= --userns=
    --volumes-from= --health-cmd=CODE -c=CODE _ RUN
docker build, docker buildx build, docker image build, podman build, nerdctl build, buildah bud, buildah
    build | Dockerfile | -f=FILE --file=FILE -t= --tag= --build-arg= --target= --platform= --label=
    --network= --cache-from= --cache-to= --secret= --output= --progress= --builder= FILE
docker commit | Dockerfile | -c=CODE --change=CODE -m= -a= _*
docker import | Dockerfile | -c=CODE --change=CODE -m= _*
docker compose, docker-compose, podman-compose, podman compose | | -f= --file= -p= --project-name=
    --profile= --env-file=
docker compose exec, docker-compose exec, podman-compose exec, podman compose exec | | -e= --env= -u=
    --user= -w= --workdir= --index= _ RUN
docker compose run, docker-compose run, podman-compose run, podman compose run | | -e= --env= -u= --user=
    -w= --workdir= --name= -v= --volume= -p= --publish= --entrypoint= -l= --label= _ RUN
buildah run | | -v= --user= _ RUN
crictl exec, ctr task exec, ctr tasks exec | | --timeout= --exec-id= _ RUN
runc exec | | -e= -u= --cwd= -p= _ RUN
nomad alloc exec, nomad exec | | -task= -job= _ RUN
consul exec | shell | -node= -service= -tag= <CODE CODE*
consul lock | shell | -name= -child-exit-code -monitor-retry= _ CODE*
consul watch | shell | -type= -key= CODE*
apptainer exec, singularity exec | | -B= --bind= --env= _ RUN
gcloud, gsutil | | --project= --account= --format= --filter= --configuration=
gcloud compute ssh, gcloud alpha compute ssh, gcloud beta compute ssh, gcloud cloud-shell ssh, gcloud
    workstations ssh, gcloud compute tpus tpu-vm ssh, gcloud alpha cloud-shell ssh | shell |
    --command=CODE --zone= --ssh-flag=CODE --ssh-key-file= --worker= <CODE _*
gcloud compute ssh -- | shell | CODE*
gcloud sql connect | SQL | --user= -u= --database= -d= <CODE _
gcloud spanner databases execute-sql | SQL | --sql=CODE --instance= --query-mode= _
aws | | --profile= --region= --output= --query= --endpoint-url=
aws configure set | shell | _
    CODE&/(?!(\S+\.)?(region|output|aws_\w+|role_\w+|source_profile|mfa_serial|sso_\w+|endpoint_url|ca_bundle|retry_mode|max_attempts)\Z)/
aws ssm send-command, aws ssm start-session, aws ssm start-automation-execution | shell |
    --parameters=CODE* --cli-input-json=CODE --document-name= --targets= --instance-ids= --comment=
    --target= _*
aws ecs execute-command | shell | --command=CODE --cluster= --task= --container= _*
aws lambda invoke | | --function-name= --payload= _*
aws emr add-steps | shell | --steps=CODE* --cluster-id= _*
aws ec2 run-instances | shell | --user-data=CODE --image-id= --instance-type= _*
aws rds-data execute-statement, aws rds-data batch-execute-statement, aws redshift-data execute-statement
    | SQL | --sql=CODE --database= --parameters= _*
aws athena start-query-execution | SQL | --query-string=CODE _*
aws dynamodb execute-statement | SQL | --statement=CODE --parameters= _*
aws timestream-query query | SQL | --query-string=CODE _*
aws logs start-query | query | --query-string=CODE --log-group-name= _*
az | | -g= --resource-group= -n= --name= --subscription= -o= --output= --query=
az vm run-command invoke, az vm run-command create, az vmss run-command invoke | shell | --scripts=CODE*
    --script=CODE --command-id= --parameters=CODE* _*
az aks command invoke | shell | -c=CODE --command=CODE -f= _*
az container exec, az containerapp exec | shell | --exec-command=CODE --command=CODE --container-name= _*
az ssh vm, az webapp ssh | shell | --ip= <CODE _*
az ssh vm -- | shell | CODE*
az synapse sql, az sql query | SQL | -q=CODE --query=CODE _*
az monitor log-analytics query, az graph query | query | --analytics-query=CODE -q=CODE -w= --workspace=
    _*
doctl compute ssh | shell | --ssh-command=CODE --ssh-user= _
hcloud server ssh | shell | -u= -p= <CODE _ CODE*
heroku | | -a= --app= -r= --remote=
heroku run, heroku run:detached, heroku run:inside, heroku ps:exec | shell | -a= --app= -s= --size= -e=
    --env= --type= -c=CODE --command=CODE CODE*
heroku pg:psql | SQL | -c=CODE --command=CODE -f=FILE <CODE _
fly, flyctl | | -a= --app= -c= --config= -o=
fly ssh console, flyctl ssh console, fly console, flyctl console, fly machine exec, flyctl machine exec |
    shell | -C=CODE --command=CODE -r= --region= -u= --machine= _ CODE*
cf ssh | shell | -c=CODE --command=CODE -i= _
cf run-task | shell | --command=CODE -c=CODE --name= _ CODE
eb ssh | shell | -c=CODE --command=CODE -n= -e=CODE --custom=CODE _
copilot svc exec, copilot task exec, copilot job run, copilot task run | shell | -c=CODE --command=CODE
    -n= --name= -e= --env= -a= _*
railway run, railway ssh, render ssh, scalingo run | shell | -a= -s= -e= -p= CODE*
gh codespace ssh, gh cs ssh | shell | -c= --codespace= --profile= <CODE CODE*
gh alias set, glab alias set | shell | _ CODE
gh | jq | -q=CODE --jq=CODE
gh config set, glab config set | shell | -h= --host= _ CODE&/(?!(git_protocol|prompt|host|token)\Z)/
gh api graphql | GraphQL | -F= --field= -f=CODE/query=/ --raw-field=CODE/query=/ _*
mco rpc shell run | shell | CODE*
wsl, wsl.exe | shell | -d= -u= -e=RUN --exec=RUN CODE*
nc, ncat, netcat | shell | -c=CODE --sh-exec=CODE -e=CODE --exec=CODE -p= -s= -w= _*
socat | shell | CODE*/\x01|(exec|system|shell):/
"""

_LANGUAGES: Final = r"""
python, pypy, ipython, micropython, jython, graalpy | Python | -c=CODE! -m=! -W= -X= <CODE FILE REST
python -m, pypy -m | Python | _ REST
python -m timeit, pypy -m timeit | Python | -s=CODE --setup=CODE -n= --number= -r= --repeat= -u= --unit=
    CODE*
python -m pdb | Python | -c=CODE --command=CODE FILE REST
python -m sqlite3 | SQL | _ CODE
python -m asyncio, python -m code | Python | <CODE REST
perl | Perl | -e=CODE! -E=CODE! -I= -M=CODE -m=CODE -F? -i? -0? -C? -x? <CODE FILE REST
ruby, jruby | Ruby | -e=CODE! -I= -r= -C= -E= -F? -i? -0? -K? -W? <CODE FILE REST
irb, pry | Ruby | -e=CODE -r= <CODE FILE REST
node, nodejs, bun, tsx, ts-node, qjs, d8, jsc | JavaScript | -e=CODE! --eval=CODE! -p=CODE! --print=CODE!
    -pe=CODE! -r= --require= --import=CODE -c= <CODE FILE REST
deno eval | JavaScript | CODE*
deno run, deno repl | JavaScript | --eval=CODE <CODE FILE REST
php | PHP | -r=CODE! -B=CODE -R=CODE! -E=CODE -d= -c= -f=FILE! -F=FILE! -z= -t= -S= <CODE FILE REST
lua, luajit, texlua | Lua | -e=CODE -l= <CODE FILE REST
Rscript | R | -e=CODE! --default-packages= <CODE FILE REST
R | R | -e=CODE -f=FILE --file=FILE <CODE _*
julia | Julia | -e=CODE! -E=CODE! --eval=CODE! --print=CODE! -L=FILE -p= -t= -J= <CODE FILE REST
osascript | AppleScript | -e=CODE! -l= <CODE FILE REST
groovy | Groovy | -e=CODE! -c= -cp= -classpath= -D? <CODE FILE REST
jshell | Java | --startup=FILE --feedback= -C= -J? -R= <CODE FILE REST
scala, scala-cli, kotlinc, kotlin, amm | Scala | -e=CODE! -c=CODE! -cp= <CODE FILE REST
clojure, clj, bb, babashka, lein | Clojure | -e=CODE! --eval=CODE! -M? -X=CODE -m= -f=FILE! <CODE FILE
    REST
elixir, iex | Elixir | -e=CODE! --eval=CODE! --rpc-eval=CODE -r= -S= -pa= <CODE FILE REST
mix run | Elixir | -e=CODE --eval=CODE FILE REST
erl | Erlang | -eval=CODE -sname= -name= -setcookie= <CODE REST
ghc, ghci, runghc | Haskell | -e=CODE! <CODE FILE REST
ocaml, utop | OCaml | -e=CODE! <CODE FILE REST
swift | Swift | -e=CODE! <CODE FILE REST
sbcl, clisp, ecl | Lisp | --eval=CODE -x=CODE -eval=CODE --load=FILE --script=FILE <CODE REST
guile, racket, chez, csi, gosh, chicken | Scheme | -c=CODE! -e=CODE! --eval=CODE! -l=FILE -s=FILE! <CODE
    FILE REST
emacs, emacsclient | Lisp | -e=CODE --eval=CODE --execute=CODE -eval=CODE -l=FILE --load=FILE
    --script=FILE -f= -s= --socket-name= _*
ex | Vim | -c=CODE -S=FILE <CODE _*
vim, vi, nvim, view, gvim, vimdiff | Vim | -c=CODE --cmd=CODE -S=FILE -u=FILE -i= -T= +=CODE _*
ed, red | ed | -p= <CODE _
tclsh, wish | Tcl | <CODE FILE REST
crystal eval, dotnet-script eval | | CODE*
raku, rakudo | Raku | -e=CODE! -n? -M= <CODE FILE REST
octave, octave-cli | Octave | --eval=CODE! <CODE FILE REST
matlab | MATLAB | -r=CODE -batch=CODE <CODE REST
sage, gp, maxima | code | -c=CODE! --batch-string=CODE -r=CODE <CODE FILE REST
gnuplot | gnuplot | -e=CODE -c=FILE <CODE FILE REST
bc | bc | -e=CODE --expression=CODE -f=FILE --file=FILE <CODE FILE
dc | dc | -e=CODE! --expression=CODE! -f=FILE! --file=FILE! <CODE FILE
awk, gawk, mawk, nawk, original-awk, goawk | awk | -f=FILE! --file=FILE! -e=CODE! --source=CODE! -E=FILE!
    --exec=FILE! -i=FILE --include=FILE -l= -v= --assign= -F= --field-separator= CODE _*
sed, gsed, ssed | sed | -e=CODE! --expression=CODE! -f=FILE! --file=FILE! -i? -l= -I? CODE _*
m4, gm4 | m4 | -D=CODE --define=CODE -I= --include= -U= --undefine= -F= -R=FILE -t= -o= -l= -L= <CODE FILE*
gpp | gpp | -D=CODE -I= -o=OUT -O=OUT -U= <CODE FILE*
cpp, gcc, cc, g++, c++, clang, clang++, tcc, mcpp | C | -D=CODE --define-macro=CODE -U= -I= -L= -l= -x= -o=OUT
    -include=FILE -imacros=FILE -isystem= -MF= -MT= <CODE FILE*
nasm, yasm | assembler | -D=CODE -d=CODE -U= -I= -f= -o=OUT -P=FILE -p=FILE <CODE FILE*
xmllint | XPath | --xpath=CODE --pattern=CODE --schema= --relaxng= --encode= --output=OUT _*
xmlstarlet sel, xmlstarlet select, xml sel | XPath | -m=CODE --match=CODE -v=CODE --value-of=CODE -c=CODE
    --copy-of=CODE -i=CODE --if=CODE --elif=CODE -s== --sort== -o= --output= -N= -E= --encode= _*
xmlstarlet ed, xmlstarlet edit, xml ed | XPath | -d=CODE --delete=CODE -u=CODE --update=CODE -s=CODE
    --subnode=CODE -i=CODE --insert=CODE -a=CODE --append=CODE -r=CODE --rename=CODE -x=CODE --expr=CODE
    -m== -v= --value= -t= --type= -n= -N= _*
xmlstarlet tr, xmlstarlet transform, xml tr | XPath | -p==CODE -s== FILE _*
xsltproc | XPath | --param==CODE --stringparam== -o=OUT --output=OUT --path= --maxdepth= FILE _*
xidel | XPath | -e=CODE --extract=CODE --xpath=CODE --xquery=CODE --css=CODE -d= --data= _*
jq, gojq, jaq | jq | -f=FILE! --from-file=FILE! --arg== --argjson== --slurpfile== --rawfile== --indent=
    -L= CODE _*
yq | jq | -f=FILE! --from-file=FILE! --expression=CODE! --arg== --argjson== -o= -p= --output-format=
    --input-format= --indent= -I= CODE _*
yq eval, yq e, yq eval-all, yq ea | jq | CODE _*
mlr | Miller | CODE*
rails runner, rails r, bin/rails runner | Ruby | -e= --environment= CODE REST
rails console, rails c | Ruby | -e= <CODE REST
rails dbconsole, rails db | SQL | -e= <CODE REST
artisan tinker, tinker | PHP | --execute=CODE <CODE REST
php artisan tinker | PHP | --execute=CODE <CODE REST
wp eval | PHP | --path= CODE
wp db query | SQL | --path= <CODE CODE
drush eval, drush ev, drush php:eval, drush php-eval | PHP | CODE
drush sql:query, drush sql-query, drush sqlq | SQL | <CODE CODE
manage.py shell, django-admin shell | Python | -c=CODE --command=CODE -i= <CODE _*
manage.py dbshell, django-admin dbshell | SQL | --database= <CODE REST
python manage.py shell | Python | -c=CODE --command=CODE -i= <CODE _*
python manage.py dbshell | SQL | --database= <CODE REST
flask shell | Python | <CODE
terraform console, tofu console | HCL | -var= -var-file= -state= <CODE
make, gmake, bmake, remake, colormake | make | --eval=CODE -E=CODE -f=FILE --file=FILE --makefile=FILE -C=
    --directory= -I= -j? -l? -o= -W= CODE*/\x01|[a-z_.][\w.-]*(:{0,3}|[+?!])=/
just | shell | -c=RUN --command=RUN --set== --shell=CODE -f=FILE --justfile=FILE -d= _*
ninja, rake | code | -e=CODE --execute=CODE -E=CODE -p=CODE -f=FILE _*
git | shell |
    -c=CODE/(?!GIT_KEYS)/
    -C= --git-dir= --work-tree= --namespace= --exec-path= --config-env= --upload-pack=CODE
    --receive-pack=CODE _*/x^/
git clone, git fetch, git pull, git ls-remote, git remote add, git remote set-url, git submodule add, git
    archive, git fetch-pack | shell | --upload-pack=CODE --exec=CODE --receive-pack=CODE
    -c=CODE/(?!GIT_KEYS)/ --config=CODE/(?!GIT_KEYS)/
    -b= --branch= -o= --depth= --origin= --format= --prefix= --remote= CODE*/ext::/
git clone | shell | -u=CODE --template= CODE*/ext::/
git push | shell | --exec=CODE --receive-pack=CODE -o= CODE*/ext::/
git rebase | shell | -x=CODE --exec=CODE --onto= -s= -X= _*
git grep | | -O=CODE --open-files-in-pager=CODE -e= -f= _*
git difftool, git mergetool | shell | -x=CODE --extcmd=CODE -t= --tool= _*
git submodule foreach | shell | CODE*
git bisect run | | RUN
git filter-branch | shell | --tree-filter=CODE --index-filter=CODE --env-filter=CODE --msg-filter=CODE
    --commit-filter=CODE --parent-filter=CODE --tag-name-filter=CODE --setup=CODE --subdirectory-filter=
    -d= --original= _*
git config, git config set | shell | -f= --file= --blob= --type= --get= --get-all= --get-regexp= --unset=
    --unset-all= --default= --comment= --value= --remove-section= _ CODE&/(?!GIT_KEYS)/
git config get, git config unset, git config list, git config remove-section, git config rename-section | |
    -f= --file= --type= --value= _*
git instaweb | shell | -b=CODE --browser=CODE -d= -p= _*
git send-email | shell | --to-cmd=CODE --cc-cmd=CODE --sendmail-cmd=CODE --smtp-server= --to= --cc= _*
hg | shell | --config=CODE/(alias|hooks|ui|extensions|pager|merge-tools)\b/ -e=CODE --ssh=CODE
    --remotecmd=CODE -R= _*
svn | shell | --config-option=CODE/config:(tunnels|helpers)/ --diff-cmd=CODE --editor-cmd=CODE -r= -m= _*
tar, gtar, bsdtar | shell | --to-command=CODE --checkpoint-action=CODE/exec/ -I=CODE
    --use-compress-program=CODE --rsh-command=CODE --rmt-command=CODE -F=CODE --info-script=CODE
    --new-volume-script=CODE -f= --file= -C= --directory= --exclude= -T= --files-from= --transform=
    --xform= -X= -g= -b= -H= -L= -N= -V= _*
cpio | shell | --rsh-command=CODE -F= -I= -O= -D= _*
zip | shell | -TT=CODE --unzip-command=CODE -P= -x= _*
sort | shell | --compress-program=CODE -k= -t= -o=OUT -S= -T= _*
apt, apt-get, aptitude | shell | -o=CODE/[^=]*(invoke|command|options|auto-detect)/
    --option=CODE/[^=]*(invoke|command|options|auto-detect)/ -c=FILE -t= _*
rpm, rpmbuild, rpmspec | macro | -E=CODE --eval=CODE -D=CODE --define=CODE -p= -q= _*
pee | shell | CODE*
split | shell | --filter=CODE -l= -b= -n= -a= -C= _*
csplit, dd | | OUT*/of=/
tee, sponge | | OUT*
hash | | -p= -d= OUT*
cp, gcp, mv, gmv, ln, gln, link | | -t=OUT --target-directory=OUT -S= --suffix= OUT*
install, ginstall | shell | -m= --mode= -o= --owner= -g= --group= -t=OUT --target-directory=OUT -S= --suffix=
    --strip-program=CODE OUT*
less, more, most | shell | +=CODE -o= -p= -P= _*
bat, batcat, delta | shell | --pager=CODE -l= -r= _*
tcpdump | shell | -z=CODE -w=OUT -r= -i= -C= -G= -W= -s= -c= _*
openvpn | shell | --up=CODE --down=CODE --route-up=CODE --ipchange=CODE --tls-verify=CODE
    --client-connect=CODE --config= _*
ssh-keygen | library | -D=CODE -w=CODE -f=OUT -t= -b= -C= -N= -P= -I= -n= -m= -R= -F= -s= _*
ssh-add | library | -s=CODE -S=CODE -e= -t= -d= _*
man | shell | -P=CODE --pager=CODE -H=CODE -C=FILE -M= -s= -S= _*
rg, ripgrep | shell | --pre=CODE --hostname-bin=CODE -e= -f= -g= -t= REST
fzf | shell | --preview=CODE --bind=CODE -q= --query= -f= -d= _*
i3-msg, swaymsg | shell | -t= -s= CODE*
hyprctl | shell | CODE*
curl | shell | -K=FILE --config=FILE -w= --write-out= -d= --data= -H= -X= -u= -o=OUT --output=OUT _*
wget | shell | --use-askpass=CODE -e=CODE --execute=CODE -O=OUT --output-document=OUT -o= -P= _*
"""

_DATABASES: Final = r"""
psql, pgcli, ysqlsh, gsql, vsql | SQL | -c=CODE --command=CODE -f=FILE --file=FILE -v= --set= --variable=
    -P= --pset= -h= --host= -p= --port= -U= --username= -d= --dbname= -o=OUT --output=OUT -L= -F= -R= -T=
    <CODE _*
pgbench | SQL | -f=FILE --file=FILE -c= -j= -T= -t= -D= -h= -p= -U= -s= -n? _*
mysql, mariadb, mycli, mysqlsh | SQL | -e=CODE --execute=CODE --init-command=CODE --init-command-add=CODE
    -p? -h= --host= -P= --port= -u= --user= -D= --database= -S= --socket= --defaults-file=
    --defaults-extra-file= --default-character-set= <CODE _*
sqlite, sqlite3, litecli, sqlcipher | SQL | -cmd=CODE --cmd=CODE -init=FILE -separator= -newline=
    -nullvalue= <CODE _ CODE*
duckdb | SQL | -c=CODE -s=CODE -cmd=CODE -f=FILE -init=FILE -separator= -nullvalue= <CODE _ CODE*
clickhouse-client, clickhouse-local, clickhouse, clickhouse client, clickhouse local | SQL | -q=CODE
    --query=CODE --queries-file=FILE -h= --host= --port= -u= --user= --password= -d= --database= --param?
    <CODE _*
cockroach sql | SQL | -e=CODE --execute=CODE -f=FILE --file=FILE --set=CODE --url= --host= -d= --database=
    -u= --user= --certs-dir= <CODE _*
cqlsh | CQL | -e=CODE --execute=CODE -f=FILE --file=FILE -u= -p= -k= --keyspace= <CODE _*
mongosh, mongo | JavaScript | --eval=CODE -f=FILE --file=FILE -u= --username= -p= --password= --host=
    --port= --authenticationDatabase= <CODE _ FILE*
redis-cli, valkey-cli, keydb-cli | Redis | -h= -p= -s= -a= --user= --pass= -u= -r= -i= -n= -d= --eval=FILE
    <CODE REST
redis-cli eval, redis-cli EVAL, redis-cli eval_ro, redis-cli EVAL_RO, valkey-cli eval, valkey-cli EVAL,
    keydb-cli eval, keydb-cli EVAL | Lua | CODE REST
redis-cli script load, redis-cli SCRIPT LOAD, redis-cli function load, redis-cli FUNCTION LOAD, valkey-cli
    script load | Lua | CODE REST
bq | SQL | --project_id= --location= --format= --dataset_id=
bq query | SQL | --parameter= --destination_table= --max_rows= -n= --project_id= --label= <CODE CODE*
bq mk | SQL | --view=CODE --materialized_view=CODE _*
sqlcmd, sqlcmd.exe, mssql-cli | SQL | -Q=CODE -q=CODE -i=FILE -S= -d= -U= -P= -o= -v= -s= -w= -H= -h= -t=
    -l= -W? <CODE _*
isql, tsql, bsqldb, fisql | SQL | -S= -U= -P= -H= -p= -D= -i=FILE <CODE _*
osql, bteq | SQL | -Q=CODE -q=CODE -i=FILE <CODE _*
bcp | SQL | CODE _ _ _*
snowsql | SQL | -q=CODE --query=CODE -f=FILE --filename=FILE -a= -u= -d= -s= -w= -r= -c= -o= -D= <CODE _*
snow sql | SQL | -q=CODE --query=CODE -f=FILE --filename=FILE -c= --connection= -D= <CODE _*
influx | query | -execute=CODE --execute=CODE -database= -host= -port= <CODE _*
influx query | Flux | -f=FILE --file=FILE -o= --org= -t= --token= --host= <CODE CODE
influx delete | query | --predicate=CODE -p=CODE --bucket= --start= --stop= _*
influxdb3 query | SQL | -d= --database= --token= CODE
presto, trino, presto-cli | SQL | --execute=CODE -f=FILE --file=FILE --server= --catalog= --schema=
    --user= <CODE _*
hive, beeline, spark-sql, impala-shell, flink-sql, kyuubi-beeline | SQL | -e=CODE -q=CODE --query=CODE
    -f=FILE -i=FILE -u= -n= -p= -d= -hiveconf= --hiveconf= --hivevar= <CODE _*
sqlplus, sqlcl | SQL | -M= -R= -C= <CODE _*
db2, dbaccess | SQL | -f=FILE -tvf=FILE <CODE CODE*
usql, dbmate, steampipe, osqueryi, osquery | SQL | -c=CODE --command=CODE -f=FILE --json? <CODE CODE*
steampipe query | SQL | --output= <CODE CODE*
dolt sql | SQL | -q=CODE --query=CODE -f=FILE --file=FILE -r= <CODE _
turso db shell | SQL | <CODE _ CODE
wrangler d1 execute | SQL | --command=CODE --file=FILE _
databricks sql, dbsqlcli | SQL | -e=CODE --execute=CODE <CODE CODE
dbt | Jinja | --vars=CODE --args=CODE --inline=CODE -s= --select= _*
csvsql, dsq, octosql, trdsql | SQL | -sql=CODE --query=CODE -d= CODE*
cypher-shell | Cypher | -u= -p= -a= -d= -P= --param= -f=FILE <CODE CODE
arangosh | JavaScript | --javascript.execute-string=CODE --javascript.execute=FILE <CODE _*
hbase shell | Ruby | <CODE FILE
gremlin, gremlin.sh | Groovy | -e=FILE -i=FILE <CODE _*
rethinkdb, surreal sql | SQL | -e= --endpoint= -u= -p= --ns= --db= <CODE _*
couchbase, cbq | SQL | -s=CODE --script=CODE -f=FILE -e= -u= -p= <CODE _*
psql2csv | SQL | <CODE CODE
"""

_PLAIN: Final = r"""
echo, grep, egrep, fgrep, zgrep, pgrep, pkill, logger, test, [, brew, yum, dnf, apk, pacman,
    pip, which, type, whereis, basename, dirname, seq, date, wc, tr, diff, cmp, true, false, :,
    export, kill, killall, sleep, cd, chmod, chown, mkdir, rm, rmdir, touch, stat,
    systemctl, service, journalctl, readlink, realpath, notify-send, wall | | REST
cat, zcat, gzcat, bzcat, xzcat, zstdcat, tac, nl, head, tail, cut, uniq, gunzip, bunzip2, unxz, base64,
    xxd, md5sum, sha256sum, pg_dump, pg_dumpall, pg_restore, mysqldump, mariadb-dump, mongodump, gpg, age,
    vault, pass | | NAMES REST
git show, git archive | | NAMES REST
ls, gls, dir, vdir, exa, eza, lsd, tree, du, locate, git ls-files, git status | | FILES REST
http, https, xh, aws s3, gsutil cat, gsutil cp, gcloud storage | | REST
envsubst, printenv, gomplate, dockerize, esh, j2, minijinja-cli | | ENV REST
"""

_CODE_IN_VARIABLES: Final = r"""
BASH_ENV PROMPT_COMMAND PS0 PS1 PS2 PS4 SHELLOPTS ZDOTDIR GIT_SSH_COMMAND GIT_SSH GIT_PAGER GIT_EDITOR
GIT_SEQUENCE_EDITOR GIT_EXTERNAL_DIFF GIT_PROXY_COMMAND GIT_ASKPASS GIT_CONFIG_PARAMETERS PAGER MANPAGER
SYSTEMD_PAGER PSQL_PAGER AWS_PAGER GH_PAGER BAT_PAGER LESSOPEN LESSCLOSE EDITOR VISUAL FCEDIT SUDO_EDITOR
KUBE_EDITOR PSQL_EDITOR GH_EDITOR BROWSER RSYNC_RSH CVS_RSH SVN_SSH SSH_ASKPASS SUDO_ASKPASS TAR_OPTIONS
MAKEFLAGS MFLAGS GNUMAKEFLAGS FZF_DEFAULT_COMMAND FZF_DEFAULT_OPTS PERL5OPT PERL5DB RUBYOPT NODE_OPTIONS
PYTHONSTARTUP PYTHONWARNINGS LUA_INIT JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS ERL_FLAGS
ERL_AFLAGS JULIA_LOAD_PATH LD_PRELOAD LD_AUDIT DYLD_INSERT_LIBRARIES VIMINIT EXINIT TEXMFCNF
DOCKER_HOST_COMMAND
"""

_GIT_KEYS: Final = (
    r"(user|author|committer|colou?r|column|advice|branch|fetch|push|pull|https?|url|safe|status|log|rerere|"
    r"rebase|tag|commit|stash|checkout|grep|blame|i18n|lfs|versionsort|init\.defaultbranch|"
    r"core\.(autocrlf|eol|safecrlf|filemode|bare|quotepath|longpaths|ignorecase|symlinks|compression|abbrev|"
    r"whitespace|excludesfile|sparsecheckout\w*|untrackedcache|logallrefupdates)|gpg\.format|"
    r"credential\.([^=]*\.)?(username|usehttppath)|diff\.(renames|algorithm|noprefix|colormoved|renamelimit)|"
    r"merge\.(ff|conflictstyle|renames|renamelimit|stat)|remote\.[^=]*\.(url|pushurl|fetch|push|prune|tagopt)|"
    r"submodule\.(recurse|fetchjobs|[^=]*\.(url|branch|path)))(\.|=|\Z)"
)
"""The settings of git, and sections of them, that name no command, and no file of settings."""

_NPM_KEYS: Final = (
    r"(registry|[^=]*:[^=]*|_\w+|(https?-|no)?proxy|cafile|ca|strict-ssl|prefix|cache|loglevel|progress|fund|"
    r"audit|save[\w-]*|init[-.](author|license|version)[\w.-]*|email|access|tag|otp|scope|fetch-\w+|maxsockets|"
    r"engine-strict|legacy-peer-deps|color)(=|\Z)"
)
"""The same of npm."""

KEPT_FILES: Final = re.compile(
    rb"(/etc/(cron|profile|bash|zsh|rc\.local|init\.d|sudoers)|/var/spool/(cron|at)|.*/systemd/(system|user)/|"
    rb"(.*/)?\.(bashrc|bash_\w+|profile|zsh\w+|kshrc|tmux\.conf|vimrc|gitconfig|npmrc|psqlrc)\Z|"
    rb"(.*/)?\.git/(hooks/|config)|(.*/)?\.ssh/(config|rc|authorized_keys)\Z)"
)
"""Files out of which programs take commands later on."""

CODE_IN_VARIABLES: Final = frozenset(_CODE_IN_VARIABLES.encode().split())
"""Environment variables that a shell or program takes for code, or for a file of code to load."""

PROGRAMS: Final = ProgramTable(
    line.replace("GIT_KEYS", _GIT_KEYS).replace("NPM_KEYS", _NPM_KEYS)
    for part in (_PLAIN, _SHELLS, _WRAPPERS, _REMOTE, _LANGUAGES, _DATABASES)
    for line in part.splitlines()
)
"""The programs by their names."""
