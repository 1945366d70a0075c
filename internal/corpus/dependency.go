package corpus

import (
	"cmp"
	"crypto/sha256"
	"io"
)

// Reading says how something was read.
type Reading byte

// The ways of reading. What each holds, as a digest, is Corpus.Holds.
const (
	AsOf    Reading = 'a' // the instant of judgement
	Content Reading = 'd' // a document: the bytes of its file
	Exists  Reading = 'e' // whether a document exists
	Names   Reading = 'n' // the names of a kind in a client
	Clients Reading = 'c' // the clients of a kind
	Assets  Reading = 's' // the assets of a client: its lists, their bulk files, its HA groups and sites, the client itself
	File    Reading = 'f' // the bytes of a file; Name is its path
)

// Dependency is one thing that a judgement read.
type Dependency struct {
	Reading            Reading
	Kind, Client, Name string
}

// Holds is a digest over what a dependency holds in this corpus now. Two
// corpora in which a dependency holds the same digest answer that reading
// alike.
func (c *Corpus) Holds(d Dependency) Digest {
	c.mu.Lock()
	held, known := c.values[d]
	c.mu.Unlock()
	if known {
		return held
	}
	held = c.holds(d)
	c.mu.Lock()
	c.values[d] = held
	c.mu.Unlock()
	return held
}

func (c *Corpus) holds(d Dependency) Digest {
	switch d.Reading {
	case AsOf:
		return sum(c.asOf)
	case Content:
		return c.content(d.Kind, d.Client, d.Name)
	case Exists:
		if c.entry(d.Kind, d.Client, d.Name) == nil {
			return Digest{}
		}
		return sum("exists")
	case Names:
		return sum(c.names[d.Kind][d.Client]...)
	case Clients:
		return sum(c.clients(d.Kind)...)
	case Assets:
		return c.assetsDigest(d.Client)
	case File:
		return c.fileDigest(d.Name)
	}
	return Digest{}
}

func (c *Corpus) content(kind, client, name string) Digest {
	e := c.entry(kind, client, name)
	if e == nil {
		return Digest{}
	}
	return sum(string(e.Digest[:]), e.File, string(rune(e.Index)))
}

func (c *Corpus) fileDigest(path string) Digest {
	src, ok := c.files(path)
	if !ok {
		return Digest{}
	}
	return sha256.Sum256(src)
}

func (c *Corpus) assetsDigest(client string) Digest {
	h := sha256.New()
	for _, name := range c.names[assetList][client] {
		e := c.entry(assetList, client, name)
		d := c.content(assetList, client, name)
		h.Write(d[:])
		if e.Broken {
			continue
		}
		if e.Bulk != "" {
			d = c.fileDigest(e.Bulk)
			h.Write(d[:])
		}
	}
	for _, kind := range []string{haGroup, site, "Client"} {
		for _, name := range c.names[kind][client] {
			d := c.content(kind, client, name)
			h.Write(d[:])
		}
	}
	return Digest(h.Sum(nil))
}

// sum is a digest over texts, each with its length, so that no two lists of
// texts have one digest.
func sum(texts ...string) Digest {
	h := sha256.New()
	for _, t := range texts {
		n := len(t)
		_, _ = h.Write([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})
		_, _ = io.WriteString(h, t)
	}
	return Digest(h.Sum(nil))
}

// CompareDependencies is the fixed order of dependencies.
func CompareDependencies(a, b Dependency) int {
	return cmp.Or(cmp.Compare(a.Reading, b.Reading), cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.Client, b.Client), cmp.Compare(a.Name, b.Name))
}
