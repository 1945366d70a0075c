package policy

import "github.com/patchops/patchops/internal/document"

// Global is the client under which documents without a client are found.
const Global = "_"

// Data is what rules read as `data`. A method is called only when a rule
// reaches that path, so that an implementation can record what a verdict
// depends on. Absent is nil or empty. Returned values are shared: never change
// them.
type Data interface {
	// AsOf is data.asOf: the instant of judgement, RFC 3339 in UTC.
	AsOf() string
	// Document is data.documents[kind][client][name].
	Document(kind, client, name string) *document.Value
	// Names are the keys of data.documents[kind][client], sorted.
	Names(kind, client string) []string
	// Clients are the keys of data.documents[kind], sorted; Global among them.
	Clients(kind string) []string
	// Asset is data.assets[client][name]: one asset (#Asset) with its list's
	// defaults merged in, whether written inline or in a bulk file.
	Asset(client, name string) *document.Value
	// AssetNames are the keys of data.assets[client], sorted.
	AssetNames(client string) []string
	// Members is data.members[client][group]: the sorted list of the names of the
	// assets whose haGroup is this group, whichever side says so.
	Members(client, group string) *document.Value
	// MemberGroups are the keys of data.members[client], sorted.
	MemberGroups(client string) []string
	// Listed is data.listed[client][list]: the assets of one AssetList as a list of
	// {asset, index, windows}: the asset as in data.assets, its index among
	// the inline ones (none for a row of a bulk file), and the names of the windows
	// that the client's agreement in force opens for it.
	Listed(client, list string) *document.Value
	// Targets is data.targets[client][plan]: the assets that a plan selects, as
	// a list of {client, asset}, sorted. The client of a plan over several is Global.
	Targets(client, plan string) *document.Value
	// Parameters is what Config.policy.parameters[rule] and the judged
	// document's Client.policy.parameters[rule] say: nil where silent. The
	// engine adds the defaults of the rule's metadata, lets a client only
	// tighten, and shows the result as data.parameters[rule].
	Parameters(rule string) (config, client *document.Value)
}
