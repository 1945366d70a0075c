package trust

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
)

var forgeRepositoryForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}/[A-Za-z0-9._-]{1,100}$`)

// Check says what is wrong with where changes are proposed. It never shows an address,
// which may hold a password.
func (f Forge) Check() error {
	switch {
	case f.Type == "git":
		return nil
	case f.Type != "github":
		return fmt.Errorf("forge %q, wanted \"git\" or \"github\"", f.Type)
	case !forgeRepositoryForm.MatchString(f.Repository):
		return fmt.Errorf("forge repository %q, wanted OWNER/NAME", f.Repository)
	case f.ID < 1:
		return fmt.Errorf("the forge's id of the repository is %d, wanted its number", f.ID)
	case f.App < 0 || f.Bot < 0:
		return fmt.Errorf("the forge's app is %d and the account %d, wanted their numbers", f.App, f.Bot)
	}
	return checkAPI(f.API)
}

func checkAPI(api string) error {
	if api == "" {
		return nil
	}
	u, err := url.Parse(api)
	if err != nil || u.Host == "" {
		return errors.New("the forge's API is no address, wanted such as https://ghe.example.com/api/v3")
	}
	host := u.Hostname()
	loopback := host == "localhost" || host == "127.0.0.1" || host == "::1"
	switch {
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("the forge's API has a user, query or fragment, wanted an address alone")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback):
		return fmt.Errorf("the forge's API is reached by %q, wanted https", u.Scheme)
	}
	return nil
}
