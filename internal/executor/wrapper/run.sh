
# begin writes the intent down and hands the task over to a runner of its own session, which
# goes on whatever becomes of the connection. It runs before the pipe of begin_follow.
begin() {
	now
	say "time $NOW"
	raise "$FENCE" later
	[ "$FENCE" -ge "$HIGHEST" ] || refuse FENCE "fence $FENCE found, at least $HIGHEST wanted"
	lock_host
	if whole; then
		refuse KEY "the task was begun already"
	fi
	[ -z "${WAITED:-}" ] || now
	[ "$NOW" -le "$NOTAFTER" ] || refuse NOT_AFTER "the host's clock says $NOW, at most $NOTAFTER wanted"
	uptime
	UP0=$UP
	skew=$((NOW - SENT))
	[ "${skew#-}" -le 10 ] || refuse CLOCK_SKEW "the host's clock is $skew s off, at most 10 s wanted"
	if ! { echo "$KEY" >"$J/lock"; } 2>/dev/null || ! intent; then
		rm -f "$F.request" 2>/dev/null
		refuse JOURNAL "the intent cannot be written down: no space, or read-only"
	fi
	uptime # a disk that stood still may have kept us until others believe that we never began
	if [ $((NOW + (UP - UP0) / 100)) -gt "$NOTAFTER" ]; then
		rm -f "$F.request"
		sync "$J" 2>/dev/null || :
		refuse NOT_AFTER "it took $(((UP - UP0) / 100)) s to write the intent down"
	fi
	set -- setsid sh "$SELF" run "$ROOT" "$KEY" "$NOW" "$STOPBY" "$FENCE" "$LOUD"
	[ -n "$ROOT" ] || set -- env -i PATH="$PATH" HOME="$HOME" LC_ALL=C "$@"
	exec "$@" 3>&1 >/dev/null 2>/dev/null </dev/null
}

# lock_host takes the host lock, for reading: steps inherit it. Where a daemon that a finished
# task started keeps it, one begin, and only one, puts a new lock in its place.
lock_host() {
	[ -e "$J/lock" ] || true >>"$J/lock" || refuse JOURNAL "the lock cannot be made: no space, or read-only"
	exec 9<"$J/lock"
	if ! flock -n 9 && WAITED=1 && ! flock -w 1 9; then
		[ ! -f "$F.request" ] || refuse KEY "the task was begun already"
		holder=
		read -r holder <"$J/lock" || :
		finished "$holder" && (set -C && true >"$J/$holder.left") 2>/dev/null || refuse LOCKED "another task holds this host"
		rm -f "$J/lock"
		true >>"$J/lock" && exec 9<"$J/lock" && flock -n 9 || refuse LOCKED "another task holds this host"
	fi
	[ /proc/self/fd/9 -ef "$J/lock" ] || refuse LOCKED "another task holds this host"
	holder=
	read -r holder <"$J/lock" || :
	if [ -n "$holder" ] && ! finished "$holder" && survivors_of "$holder"; then
		refuse LOCKED "what task $holder started still runs"
	fi
}

# finished reports whether a task has its outcome.
finished() { # KEY
	[ -n "$1" ] && plain "$1" || return 1
	this=$F F=$J/$1
	has_outcome
	code=$? F=$this
	return $code
}

survivors_of() { # KEY
	plain "$1" || return 1
	this=$F F=$J/$1
	survivors
	code=$? F=$this
	return $code
}

# is_quiet reports whether a built-in step prints at most a line of its own.
is_quiet() { # NAME
	case $1 in
	*/precheck | */snapshot | */postcheck | */cleanup) return 0 ;;
	esac
	return 1
}

# intent copies the request into the journal, keeps room for the outcome, and makes both durable.
# LOUD counts the steps that may print much.
intent() {
	rm_old
	LOUD=0
	{
		{
			printf 'key %s\nfence %s\nsegment %s\nsteps\n' "$KEY" "$FENCE" "$SEGMENT"
			ended=
			while IFS= read -r line; do
				printf '%s\n' "$line"
				case $line in
				end) ended=1 && break ;;
				'step '*) LOUD=$((LOUD + 1)) ;;
				'builtin '*) ! is_quiet "$line" || LOUD=$((LOUD - 1)) ;;
				esac
			done
		} >"$F.request" && printf 'none\n%32768s\n' '' >"$F.outcome"
	} 2>/dev/null || return 1
	[ -n "$ended" ] || { rm -f "$F.request" && refuse MALFORMED "the request ends before its end"; }
	whole || return 1
	sync "$F.request" "$F.outcome" "$J" 2>/dev/null # the fence, too
}

rm_old() { # what an intent that was torn may have left
	for f in "$F".*; do
		[ ! -e "$f" ] || rm -f "$f"
	done
}

# begin_follow shows the steps as they begin, then what came of them.
begin_follow() {
	begin | {
		while IFS= read -r line; do
			case $line in
			ended) break ;;
			'state refused') refused=1 ;;
			esac
			say "$line"
		done
		[ -n "${refused:-}" ] || report wait
	}
}

# run_task is the runner. Its left half runs the steps and writes the outcome, its right half
# takes in what they print. A daemon that a step left behind may keep the output open: the
# left half then ends the runner, and leaves the other to it. What prints next to nothing needs
# nobody to take it in.
run_task() { # KEY NOW STOPBY FENCE LOUD
	KEY=$1 BEGAN=$2 STOPBY=$3 FENCE=$4 F=$J/$1
	uptime
	UP0=$UP
	boot_id
	stat_of $$
	printf 'runner %s %s %s\n' "$$" "$STARTED" "$BOOT" >"$F.log"
	if [ "$5" = 0 ] && { true >"$F.total" && true >"$F.out"; } 2>/dev/null; then
		carry_out >"$F.out"
	else
		carry_out | collect 3>&- 9>&-
	fi
}

carry_out() {
	trap : PIPE # the connection may go; what the steps run gets the default again
	RESULT=succeeded WHY="" FAILED="" EXIT=0 RAN="" REBOOT="" AT=""
	exec 8<"$F.request"
	walk 2>&1
	exec 8<&- >/dev/null 2>&1
	kept_journal
	outcome
	collected || kill -9 $$
}

# collected waits until all output is taken in.
collected() {
	n=0
	while [ ! -e "$F.total" ]; do
		n=$((n + 1))
		[ "$n" -lt 40 ] || return 1
		sleep 0.05
	done
}

# collect keeps the first 1,024 pieces that the steps print (at most 256 KiB), as they come, and
# the last 64 KiB; what is between is counted.
collect() {
	dd of="$F.out" bs=256 count=1024 2>"$F.dd"
	pieces=0
	while read -r n word where; do
		case "$word $where" in "records in") pieces=$((${n%+*} + ${n#*+})) ;; esac
	done <"$F.dd"
	if [ "$pieces" -ge 1024 ]; then
		{ tee /dev/fd/4 | wc -c >"$F.rest"; } 4>&1 | tail -c 65536 >"$F.tail"
	fi
	[ "$pieces" -gt 0 ] && [ "$pieces" -lt 1024 ] || cat >/dev/null # where the disk was full
	true >"$F.total"
}

# walk reads the steps of the request and runs one after the other; of those that take another
# one back, the ones that are wanted once nothing more may follow.
walk() {
	STEP="" OVER="" PASSED=""
	set --
	while IFS= read -r line <&8; do
		case $line in
		'step '* | end)
			if [ -n "$STEP" ]; then
				if [ "$UNDOES" != - ]; then
					undo_step "$@"
				elif [ -z "$OVER" ]; then
					one_step "$@" || OVER=1
				fi
			fi
			[ "$line" != end ] || return 0
			# shellcheck disable=SC2086 # fields
			set -- $line
			STEP=$2 LIMIT=$3 POINT=$4 SUCCESS=$5 REBOOTS=$6 OPTIONAL=$7 UNDOES=${8:--} USES_ENV="" QUIET=""
			set --
			;;
		'env '*)
			unescape "${line#env }"
			USES_ENV=1
			set -- "$@" "$REPLY"
			;;
		'builtin '*)
			! is_quiet "$line" || QUIET=1
			set -- "$@" sh "$SELF" step "$ROOT" "$KEY" "${line#builtin }"
			;;
		'arg '*)
			unescape "${line#arg }"
			set -- "$@" "$REPLY"
			;;
		esac
	done
}

# one_step runs a step and notes how it went; it fails when nothing more may follow.
one_step() {
	may_go_on || return 1
	[ "$POINT" != 1 ] || PASSED=1
	run_step "$@"
	judge
}

# undo_step takes a step back that began, where the point of no return was not passed. What came
# of the task stays what it was.
undo_step() {
	[ -n "$OVER" ] && [ -z "$PASSED" ] || return 0
	case $NL$RAN in
	*"${NL}ran $UNDOES "*) ;;
	*) return 0 ;;
	esac
	run_step "$@"
	case ,$SUCCESS, in
	*,"$code",*) ;;
	*) WHY="${WHY:+$WHY; }what $UNDOES did is not taken back: $STEP ended with $code" ;;
	esac
}

run_step() {
	printf 'step %s\n' "$STEP" >>"$F.log"
	printf 'step %s\n' "$STEP" >&3 2>/dev/null
	[ -n "$QUIET" ] || printf -- '--- %s\n' "$STEP"
	[ "$STEP" != reboot ] || note_reboot
	uptime
	from=$UP grace=10
	[ "$LIMIT" -ge 10 ] || grace=$LIMIT
	[ -z "$USES_ENV" ] || set -- env -- "$@"
	(
		exec 3>&- 8<&- </dev/null
		umask 022
		export PATCHOPS_ROOT="$ROOT" PATCHOPS_KEY="$KEY" PATCHOPS_STEP="$STEP"
		cd "${ROOT:-/}" && exec timeout -k "$grace" "$LIMIT" "$@"
	)
	code=$?
	uptime
	took=$((UP - from))
	if [ "$took" -ge $((LIMIT * 100)) ] && { [ $code = 124 ] || [ $code = 137 ]; }; then
		code=-1
	fi
	RAN="${RAN}ran $STEP $code $((took * 10))$NL"
}

# may_go_on asks before each step whether a stop came; behind the point of no return none does.
may_go_on() {
	if [ "$POINT" = 1 ]; then
		if pass_point; then return 0; fi
	elif [ ! -f "$F.decision" ]; then
		return 0
	fi
	[ "$RESULT" != failed ] || return 1
	decided=
	[ ! -r "$F.decision" ] || read -r decided <"$F.decision" || :
	[ "$decided" != point ] || return 0
	RESULT=stopped FAILED=$STEP WHY=${WHY:-stopped before the point of no return}
	return 1
}

pass_point() {
	if [ "$STOPBY" -gt 0 ]; then
		uptime
		if [ $((BEGAN + (UP - UP0) / 100)) -gt "$STOPBY" ]; then
			WHY="the point of no return would be passed too late"
			return 1
		fi
	fi
	(set -C && echo point >"$F.decision") 2>/dev/null && noted
}

# noted makes durable what was there before, which a rollback after a power cut needs.
noted() {
	[ ! -s "$F.facts" ] || sync "$F.facts" "$F.log" "$J" && return
	RESULT=failed FAILED=$STEP EXIT=74 WHY="what was there before cannot be written down"
	return 1
}

judge() {
	case ,$REBOOTS, in
	*,"$code",*) REBOOT=1 && return 0 ;;
	esac
	case ,$SUCCESS, in
	*,"$code",*)
		[ "$STEP" != reboot ] || goes_down
		return
		;;
	esac
	[ "$OPTIONAL" != 1 ] || return 0
	RESULT=failed FAILED=$STEP EXIT=$code
	[ "$code" != -1 ] || WHY="killed after $LIMIT s"
	return 1
}

# note_reboot makes durable that the boot will change: a probe then knows that the task is done
# once it did.
note_reboot() {
	printf '%s\n' "$BOOT" >"$F.reboot" && sync "$F.reboot" "$J"
}

# goes_down waits for the end of this system. A root folder has no kernel: it gets a new boot.
goes_down() {
	if [ -n "$ROOT" ]; then
		read -r BOOT </proc/sys/kernel/random/uuid
		printf '%s\n' "$BOOT" >"$J/boot"
		rm -f "$ROOT/run/reboot-required" "$ROOT/run/reboot-required.pkgs"
		return 0
	fi
	sleep "$LIMIT"
	RESULT=failed FAILED=reboot EXIT=-1 WHY="still up $LIMIT s after the reboot was asked for"
	return 1
}

# came_back finishes a reboot of which the new boot is the proof.
came_back() {
	[ -f "$F.reboot" ] && read -r before <"$F.reboot" || return 1
	boot_id
	[ "$BOOT" != "$before" ] && [ "$BOOT" != unknown ] || return 1
	RESULT=succeeded WHY='' FAILED='' EXIT=0 RAN="ran reboot 0 0$NL" REBOOT='' BEGAN=$NOW STOPBY=0
	uptime
	UP0=$UP
	outcome
	return 0 # nobody listens for its end here
}

# kept_journal: a rollback by snapshot may have brought back an older journal, or none. The fence
# and the task are written anew then, before anything else, so that neither repeats.
kept_journal() {
	[ -f "$J/fence.$FENCE" ] && [ -f "$F.request" ] && return
	highest
	[ "$HIGHEST" -ge "$FENCE" ] && [ -f "$F.request" ] && return
	mkdir -p "$J"
	[ "$HIGHEST" -ge "$FENCE" ] || true >"$J/fence.$FENCE"
	printf 'key %s\nfence %s\nrestored %s\nend\n' "$KEY" "$FENCE" "$FENCE" >"$F.request"
	RESTORED=$FENCE
	sync "$F.request" "$J"
}

# outcome writes the last word over the room that was kept for it, and makes it durable.
outcome() {
	uptime
	ended=$((BEGAN + (UP - UP0) / 100))
	text="result $RESULT$NL"
	[ -z "$FAILED" ] || text="${text}failed $FAILED$NL"
	text="${text}exit $EXIT${NL}began $BEGAN${NL}ended $ended${NL}boot $BOOT$NL$RAN"
	[ "$STOPBY" = 0 ] || [ "$ended" -le "$STOPBY" ] || text="${text}overrun$NL"
	[ -z "${RESTORED:-}" ] || text="${text}fact restored - $RESTORED -$NL"
	facts
	[ -z "$REBOOT" ] || text="${text}reboot$NL"
	[ -z "$WHY" ] || text="${text}words $WHY$NL"
	count=0
	tail=$text
	while [ -n "$tail" ]; do
		count=$((count + 1))
		tail=${tail#*"$NL"}
	done
	printf '%send %s\n' "$text" "$count" 1<>"$F.outcome"
	sync "$F.outcome" "$J"
	printf 'ended\n' >&3 2>/dev/null
}

# facts takes in what built-in steps noted (steps/*.sh): fact, before, reboot, why.
facts() {
	[ -f "$F.facts" ] || return 0
	while IFS= read -r line; do
		case $line in
		*[!A-Za-z0-9' '._:+~/,\(\)-]*) continue ;;
		'fact '* | 'before '*)
			[ ${#text} -gt 24000 ] || text="$text$line$NL"
			;;
		reboot) REBOOT=1 ;;
		'why '*) [ -n "$WHY" ] || WHY=${line#why } ;;
		esac
	done <"$F.facts"
}
