package policy

import (
	"context"
	"strconv"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"

	"github.com/patchops/patchops/internal/document"
)

// A store is `data` for one judgement. It hears every path that a rule reads,
// found or not, and asks Data for no more than that; a prefix of a path is
// answered with all that lies below it.
type store struct {
	storage.WritesNotSupported
	storage.PolicyNotSupported
	storage.TriggersNotSupported
	engine *Engine
	data   Data
	terms  *Terms // of what belongs to clients
	global *Terms // of global documents
}

type transaction struct{}

// ID is the same for all: a store holds one state.
func (transaction) ID() uint64 { return 1 }

var errNotFound = &storage.Error{Code: storage.NotFoundErr}

func newStore(e *Engine, data Data) *store {
	s := &store{engine: e, data: data}
	if r, ok := data.(Remembering); ok {
		s.terms, s.global = r.Terms()
	}
	if s.terms == nil {
		s.terms = NewTerms()
	}
	if s.global == nil {
		s.global = s.terms
	}
	return s
}

// NewTransaction implements storage.Store.
func (*store) NewTransaction(context.Context, ...storage.TransactionParams) (storage.Transaction, error) {
	return transaction{}, nil
}

// Commit implements storage.Store.
func (*store) Commit(context.Context, storage.Transaction) error { return nil }

// Abort implements storage.Store.
func (*store) Abort(context.Context, storage.Transaction) {}

// Truncate implements storage.Store: the store cannot be written.
func (*store) Truncate(context.Context, storage.Transaction, storage.TransactionParams, storage.Iterator) error {
	return &storage.Error{Code: storage.WritesNotSupportedErr}
}

// Read implements storage.Store.
func (s *store) Read(_ context.Context, _ storage.Transaction, path storage.Path) (any, error) {
	if v := s.read(path); v != nil {
		return v, nil
	}
	return nil, errNotFound
}

// read returns nil for what does not exist.
func (s *store) read(path []string) ast.Value {
	if len(path) == 0 {
		// All of data at once: the checks of a rule refuse it before.
		return nil
	}
	switch path[0] {
	case "asOf":
		if len(path) == 1 {
			return ast.String(s.data.AsOf())
		}
	case "documents":
		return s.documents(path[1:])
	case "assets":
		return s.assets(path[1:])
	case "members":
		return s.members(path[1:])
	case "listed":
		return s.listed(path[1:])
	case "targets":
		return s.targets(path[1:])
	case "parameters":
		return s.parameters(path[1:])
	}
	return nil
}

func (s *store) documents(path []string) ast.Value {
	switch len(path) {
	case 0:
		return tree(sortedKinds(s.engine.set), func(kind string) ast.Value { return s.documents([]string{kind}) })
	case 1:
		return tree(s.data.Clients(path[0]), func(client string) ast.Value { return s.documents([]string{path[0], client}) })
	case 2:
		return tree(s.data.Names(path[0], path[1]), func(name string) ast.Value {
			return s.document(path[0], path[1], name, nil)
		})
	}
	return s.document(path[0], path[1], path[2], path[3:])
}

func (s *store) assets(path []string) ast.Value {
	switch len(path) {
	case 0:
		return tree(s.clients(), func(client string) ast.Value { return s.assets([]string{client}) })
	case 1:
		return tree(s.data.AssetNames(path[0]), func(name string) ast.Value {
			return s.below(s.data.Asset(path[0], name), nil)
		})
	}
	return s.below(s.data.Asset(path[0], path[1]), path[2:])
}

func (s *store) members(path []string) ast.Value {
	switch len(path) {
	case 0:
		return tree(s.clients(), func(client string) ast.Value { return s.members([]string{client}) })
	case 1:
		return tree(s.data.MemberGroups(path[0]), func(group string) ast.Value {
			return s.below(s.data.Members(path[0], group), nil)
		})
	}
	return s.below(s.data.Members(path[0], path[1]), path[2:])
}

func (s *store) listed(path []string) ast.Value {
	switch len(path) {
	case 0:
		return tree(s.clients(), func(client string) ast.Value { return s.listed([]string{client}) })
	case 1:
		return tree(s.data.Names("AssetList", path[0]), func(list string) ast.Value {
			return s.below(s.data.Listed(path[0], list), nil)
		})
	}
	return s.below(s.data.Listed(path[0], path[1]), path[2:])
}

func (s *store) targets(path []string) ast.Value {
	switch len(path) {
	case 0:
		return tree(s.data.Clients("PatchPlan"), func(client string) ast.Value { return s.targets([]string{client}) })
	case 1:
		return tree(s.data.Names("PatchPlan", path[0]), func(plan string) ast.Value {
			return s.below(s.data.Targets(path[0], plan), nil)
		})
	}
	return s.below(s.data.Targets(path[0], path[1]), path[2:])
}

func (s *store) parameters(path []string) ast.Value {
	if len(path) == 0 {
		return tree(s.engine.ids(), func(id string) ast.Value { return s.parameters([]string{id}) })
	}
	r := s.engine.rule(path[0])
	if r == nil {
		return nil
	}
	v := s.engine.parameterTerm(r, s.data)
	if len(path) == 1 {
		return v
	}
	ref := make(ast.Ref, 0, len(path)-1)
	for _, segment := range path[1:] {
		ref = append(ref, ast.InternedTerm(segment))
	}
	found, err := v.Find(ref)
	if err != nil {
		return nil
	}
	return found
}

// clients are those that have a list of assets.
func (s *store) clients() []string { return s.data.Clients("AssetList") }

func (s *store) document(kind, client, name string, path []string) ast.Value {
	terms := s.terms
	if client == Global {
		terms = s.global
	}
	return terms.below(s.data.Document(kind, client, name), path)
}

func (s *store) below(v *document.Value, path []string) ast.Value { return s.terms.below(v, path) }

// below follows a path into a value.
func (t *Terms) below(v *document.Value, path []string) ast.Value {
	for _, segment := range path {
		v = child(v, segment)
	}
	if v == nil {
		return nil
	}
	return t.of(v)
}

func child(v *document.Value, segment string) *document.Value {
	if v == nil || v.Kind != document.List {
		return v.Get(segment)
	}
	i, err := strconv.Atoi(segment)
	if err != nil || i < 0 || i >= len(v.Items) {
		return nil
	}
	return &v.Items[i]
}

// tree is the object of all keys that have a value.
func tree(keys []string, value func(string) ast.Value) ast.Value {
	fields := ast.NewObjectWithCapacity(len(keys))
	for _, k := range keys {
		if v := value(k); v != nil {
			fields.Insert(ast.InternedTerm(k), ast.NewTerm(v))
		}
	}
	return fields
}
