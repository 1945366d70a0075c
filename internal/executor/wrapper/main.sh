
main() { # VERB [ROOT ...]
	verb=${1:-}
	case $0 in
	/*) SELF=$0 ;;
	*) SELF=$PWD/$0 ;;
	esac
	setup "${2:-}"
	case $verb in
	begin | probe | stop | follow) head_of_request ;;
	esac
	case $verb in
	begin) begin_follow ;;
	probe) probe ;;
	follow) probe wait ;;
	stop) stop ;;
	run) shift 2 && run_task "$@" ;;
	*) refuse MALFORMED "unknown verb" ;;
	esac
}

main "$@"
