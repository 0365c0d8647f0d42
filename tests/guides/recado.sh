#!/bin/bash
# Stands for .venv/bin/recado while a page is followed: the same program, on ports of its own where the page names
# none, and what runs on (a reader gives it a terminal of its own) goes on beside until the page says to stop it.
command=$1
shift
case $command in
    up) set -- --port "$GUIDE_8000" --simulator-port "$GUIDE_8090" "$@" ;;
    api | doctor) set -- --port "$GUIDE_8000" "$@" ;;
    chat) set -- --simulator "http://127.0.0.1:$GUIDE_8090" "$@" --wait 30 ;; # a busy machine may take longer
    simulate)
        port=$GUIDE_8090
        if [ "$1" = model-api ]; then port=$GUIDE_8091; fi
        set -- "$1" --port "$port" "${@:2}"
        ;;
esac
case $command in
    up) ready='Stop ' ;;
    api) ready="API runs on" ;;
    worker) ready="worker runs" ;;
    simulate) ready="on http" ;;
    *) exec "$GUIDE_PYTHON" -m recado "$command" "$@" ;;
esac
log=$(mktemp "$GUIDE_LOGS/$command.XXXXXX")
# What the page itself sends elsewhere (2>recado.log) goes there.
if [ /dev/fd/1 -ef /dev/fd/2 ]; then exec 2>>"$log"; fi
PYTHONUNBUFFERED=1 setsid "$GUIDE_PYTHON" -m recado "$command" "$@" >>"$log" </dev/null &
echo "$!" >>"$GUIDE_LOGS/running"
until grep -q -e "$ready" "$log"; do
    if ! kill -0 "$!" 2>/dev/null; then
        cat "$log"
        exit 1
    fi
    sleep 0.05
done
cat "$log"
