package resultlog

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/patchops/patchops/internal/canonical"
)

// ReadBlob reads a large value from the branch's tree by its digest, which its bytes
// must have.
func ReadBlob(files fs.FS, digest string) ([]byte, error) {
	name, ok := strings.CutPrefix(digest, "sha256:")
	if !ok || !fs.ValidPath(name) || strings.Contains(name, "/") {
		return nil, fmt.Errorf("blob %q, wanted a digest sha256:<hex>", digest)
	}
	b, err := fs.ReadFile(files, blobFolder+"/"+name)
	if err != nil {
		return nil, err
	}
	if got := canonical.Digest(b); got != digest {
		return nil, fmt.Errorf("%w: blob %s holds what has the digest %s", ErrIntegrity, digest, got)
	}
	return b, nil
}
