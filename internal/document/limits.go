package document

// The limits of one file (security.md R31). They bound time and memory before
// and while a file is read; what is beyond them is a finding, never cut off.
const (
	MaxFileBytes   = 1 << 20  // a document file
	MaxBulkBytes   = 64 << 20 // a bulk file
	MaxRowBytes    = 64 << 10 // a row of a bulk file, without its line break
	MaxRows        = 50_000   // rows of a bulk file
	MaxRowValues   = 500_000  // cells, or keys and values, of all rows of a bulk file
	MaxDepth       = 64       // maps and lists inside each other; the root is 1
	MaxNodes       = 100_000  // keys and values of all documents of a file
	MaxKeys        = 10_000   // keys of one map
	MaxScalarBytes = 64 << 10 // one decoded scalar or key
	MaxFindings    = 10_000   // findings about one file; the last says that there are more
)

// maxInt is the largest magnitude of an integer: up to here every reader of
// JSON and YAML agrees (RFC 8259 section 6).
const maxInt = 1 << 53
