# METADATA
# title: Instants
# description: What lies before and after the instant of judgement.
# scope: package
package patchops.lib.moment

# now is the instant of judgement, in nanoseconds.
now := time.parse_rfc3339_ns(data.asOf)

# seconds of a nanosecond clock.
second := 1000000000

# begun holds from a lower bound on: a bare date is the start of its day.
begun(text, zone) if patchops.instant(text, zone, "from") <= now

# over holds from an upper bound on: a bare date is the end of its day, and
# what lasts until an instant is over at that instant.
over(text, zone) if patchops.instant(text, zone, "until") <= now

# since is the whole seconds from an instant, as a lower bound, to now.
since(text, zone) := floor((now - patchops.instant(text, zone, "from")) / second)

# between is the whole seconds from a lower to an upper bound.
between(from, until, zone) := floor((patchops.instant(until, zone, "until") - patchops.instant(from, zone, "from")) / second)

# left is the whole seconds from now to an instant, as an upper bound.
left(text, zone) := floor((patchops.instant(text, zone, "until") - now) / second)
