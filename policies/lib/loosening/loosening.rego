# METADATA
# title: Loosenings
# description: What holds less strictly with a change, in words.
# scope: package
package patchops.lib.loosening

# words say how something is looser.
words := {
	"removed": "is removed", "added": "is new", "shortened": "is shorter", "lengthened": "is longer",
	"moved": "is at another time", "narrowed": "binds less", "widened": "admits more", "opened": "opens more",
	"raised": "is higher", "lowered": "is lower", "allowed": "is allowed", "passes": "lets more pass",
	"overridable": "may be overridden", "finishes": "no longer pauses what runs", "acknowledged": "is acknowledged",
	"swapped": "asks others", "unexcluded": "lets more people count", "indistinct": "counts one person more than once",
	"unsigned": "takes unsigned words", "joined": "lets somebody join", "identity": "is another identity",
	"activated": "is active again", "excluded": "is no longer read", "ungrouped": "leaves its group", "changed": "is changed",
}

# told is one loosening in words.
told(l) := $"{subject(l)} {words[l.what]}{values(l)}"

# subject is what is looser: a field of a document, a document or a file.
subject(l) := l.file if not l.kind

subject(l) := document(l) if {
	l.kind
	not l.path
}

subject(l) := $"{l.path} of {document(l)}" if l.path

document(l) := $"{l.kind}/{object.get(l, "client", "_")}/{l.name}"

# values are what it said and says, as far as it did and does.
values(l) := $"{was(l)}{now(l)}"

was(l) := $": {l.before}" if l.before

was(l) := "" if not l.before

now(l) := $", now {l.after}" if {
	l.before
	l.after
}

now(l) := $": {l.after}" if {
	not l.before
	l.after
}

now(l) := "" if not l.after
