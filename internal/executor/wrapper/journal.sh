
# unescape: \0ooo stands for a byte; the value is in REPLY.
unescape() {
	REPLY=$1
	case $REPLY in
	*\\*)
		REPLY=$(printf '%b.' "$REPLY")
		REPLY=${REPLY%.}
		;;
	esac
}

# head_of_request reads the lines that every request has.
head_of_request() {
	IFS= read -r line || line=
	[ "$line" = "patchops-request 1" ] || refuse MALFORMED "the request is of another version"
	KEY="" FENCE="" NOTAFTER="" SENT="" STOPBY=0 SEGMENT=""
	while IFS= read -r line; do
		case $line in
		'key '*) KEY=${line#key } ;;
		'fence '*) FENCE=${line#fence } ;;
		'not-after '*) NOTAFTER=${line#not-after } ;;
		'now '*) SENT=${line#now } ;;
		'stop-by '*) STOPBY=${line#stop-by } ;;
		'segment '*) SEGMENT=${line#segment } ;;
		steps | end) break ;;
		*) refuse MALFORMED "the request holds an unknown line" ;;
		esac
	done
	plain "$KEY" || refuse MALFORMED "the key is not plain"
	case $KEY in
	*/* | .*) refuse MALFORMED "the key is not plain" ;;
	esac
	for n in "$FENCE" "$NOTAFTER" "$SENT" "$STOPBY"; do
		number "$n" || refuse MALFORMED "a number of the request is none"
	done
	F=$J/$KEY
	say "patchops-answer 1 $KEY"
}

# highest is the highest fence that this host saw.
highest() {
	HIGHEST=0
	for f in "$J"/fence.*; do
		f=${f##*/fence.}
		number "$f" && [ "$f" -gt "$HIGHEST" ] && HIGHEST=$f
	done
}

# raise remembers a higher fence. A file for each: no lock is needed, and the higher of two
# that race wins, as each looks after it wrote. An intent that follows makes it durable, too.
raise() { # FENCE [later]
	highest
	if [ "$1" -gt "$HIGHEST" ]; then
		{ true >"$J/fence.$1"; } 2>/dev/null || refuse JOURNAL "the fence cannot be written down: no space, or read-only"
		RAISED=1
		[ -n "${2:-}" ] || fence_kept
		for f in "$J"/fence.*; do
			n=${f##*/fence.}
			number "$n" && [ "$n" -lt "$1" ] && rm -f "$f"
		done
		highest
	fi
	say "highest $HIGHEST"
}

# fence_kept makes a fence that was raised durable.
fence_kept() {
	[ -z "${RAISED:-}" ] || sync "$J" || :
	RAISED=
}

# whole reports whether the intent is there as a whole: it ends with "end".
whole() {
	[ -f "$F.request" ] || return 1
	last=
	while IFS= read -r line; do last=$line; done <"$F.request"
	[ "$last" = end ]
}

# has_outcome reads the outcome into OUTCOME, if there is a whole one: "end N" counts its lines,
# so that one which a crash tore is none. The file is made, and padded, before the first step.
has_outcome() {
	[ -f "$F.outcome" ] || return 1
	OUTCOME="" count=0
	while IFS= read -r line; do
		[ "$line" != "end $count" ] || return 0
		[ "$line" != none ] || return 1
		OUTCOME=$OUTCOME$line$NL
		count=$((count + 1))
		[ "$count" -lt 1000 ] || return 1
	done <"$F.outcome"
	return 1
}

show_outcome() {
	printf '%s' "$OUTCOME"
	output_lines
}

output_lines() {
	collected || :
	[ ! -s "$F.out" ] || { say head && base64 "$F.out" && say .; }
	[ -s "$F.rest" ] || return 0
	read -r rest <"$F.rest"
	say "rest $rest"
	[ ! -s "$F.tail" ] || { say tail && base64 "$F.tail" && say .; }
}

# alive reports whether anything of the task still runs: it holds the host lock, or is of the
# runner's session.
alive() { # [wait]
	while :; do
		holder=
		[ ! -r "$J/lock" ] || read -r holder <"$J/lock" || :
		if [ "$holder" = "$KEY" ] && ! flock -n -s "$J/lock" true; then
			[ -n "${1:-}" ] || return 0
			flock -w 5 -s "$J/lock" true || say "at $AT" # ends a follower whose connection ended
		elif survivors; then
			[ -n "${1:-}" ] || return 0
			sleep 0.5
			say "at $AT"
		else
			return 1
		fi
	done
}

survivors() {
	session=
	[ ! -r "$F.log" ] || read -r _ session start bootid <"$F.log" || :
	boot_id
	number "${session:-}" && [ "${bootid:-}" = "$BOOT" ] || return 1
	if [ -r "/proc/$session/stat" ]; then
		stat_of "$session"
		[ "$STARTED" = "$start" ] || return 1 # another process has the number now
	fi
	for p in /proc/[0-9]*; do
		stat_of "${p#/proc/}" && [ "$SESSION" = "$session" ] && [ "$STATE" != Z ] && return 0
	done
	return 1
}

stat_of() { # PID
	SESSION="" STARTED="" STATE=""
	{ read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
	line=${line##*) }
	# shellcheck disable=SC2086 # fields
	set -- $line
	STATE=$1 SESSION=$4 STARTED=${20}
}

# report answers what became of the task.
report() {
	AT=
	if [ -r "$F.log" ]; then
		while read -r what name _; do
			[ "$what" != step ] || AT=$name
		done <"$F.log"
	fi
	if has_outcome; then
		say "state finished"
		show_outcome
	elif ! whole; then
		say "state absent"
	elif alive "${1:-}"; then
		say "state running"
		say "at $AT"
	elif has_outcome || { came_back && has_outcome; }; then
		say "state finished"
		show_outcome
	else
		say "state interrupted"
		say "at $AT"
		text=""
		facts
		printf '%s' "$text"
	fi
	say end
}

probe() {
	now
	say "time $NOW"
	raise "$FENCE"
	report "${1:-}"
}

# stop: whoever creates KEY.decision first decides: a stop, or the point of no return.
stop() {
	now
	say "time $NOW"
	raise "$FENCE"
	[ "$FENCE" -ge "$HIGHEST" ] || refuse FENCE "fence $FENCE found, at least $HIGHEST wanted"
	if whole; then
		(set -C && echo stop >"$F.decision") 2>/dev/null || :
	fi
	report
}
