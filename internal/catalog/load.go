package catalog

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"fulcrum.dev/fulcrum/internal/strictyaml"
)

// maxFileSize bounds a catalogue file, so that a wrong file is refused before it is parsed.
const maxFileSize = 4 << 20

//go:embed data/*.yaml
var embedded embed.FS

// Load reads the embedded catalogue, and then the .yaml files of a user's
// directory (nil for none), which add offers and change those with the same id.
//
// Everything is validated; the error lists the problems, each with file, line,
// field, what was expected and the nearest right spelling.
func Load(overrides fs.FS) (*Catalog, error) {
	data, err := fs.Sub(embedded, "data")
	if err != nil {
		return nil, err
	}
	r := reader{providers: map[string]*provider{}, gpus: map[string]*gpuRecord{}}
	if err := r.dir(data); err != nil {
		return nil, err
	}
	if overrides != nil {
		if err := r.dir(overrides); err != nil {
			return nil, err
		}
	}
	return r.build()
}

// provider is the files of one provider laid over each other.
type provider struct {
	fileRecord
	// sources are the citations of each file, in the order of reading.
	sources []fileSources
}

type fileSources struct {
	file    string
	entries map[string]*sourceRecord
}

// reader collects the records of all files.
type reader struct {
	providers map[string]*provider
	gpus      map[string]*gpuRecord
	seq       int
}

// dir reads the .yaml files of a directory in the order of their names.
func (r *reader) dir(dir fs.FS) error {
	entries, err := fs.ReadDir(dir, ".")
	if err != nil {
		return fmt.Errorf("reading the catalogue directory: %w", err)
	}
	var problems []error
	read := 0
	for _, e := range entries {
		if ext := path.Ext(e.Name()); e.IsDir() || ext != ".yaml" && ext != ".yml" {
			continue
		}
		read++
		data, err := fs.ReadFile(dir, e.Name())
		if err != nil {
			return fmt.Errorf("reading the catalogue file %s: %w", e.Name(), err)
		}
		problems = append(problems, r.file(e.Name(), data))
	}
	if read == 0 {
		return errors.New("the catalogue directory holds no .yaml file: expected one for each provider, such as aws.yaml")
	}
	return errors.Join(problems...)
}

// file decodes one file onto what earlier ones said of the same provider.
func (r *reader) file(name string, data []byte) error {
	doc := strictyaml.Document{
		Noun: "catalogue", Fields: "a provider and its services, or gpus", Hint: "give each provider its own file",
		MaxSize: maxFileSize, Partial: true, Visit: r.visit,
	}
	root, err := doc.Parse(name, data)
	if err != nil {
		return err
	}
	p := &provider{}
	if n := strictyaml.Text(root, "provider"); n != nil && r.providers[n.Value] != nil {
		p = r.providers[n.Value]
	}
	p.Sources, p.GPUs = nil, nil
	if err := doc.Onto(name, root, &p.fileRecord); err != nil {
		return err
	}
	maps.Copy(r.gpus, p.GPUs)
	if p.Provider == "" {
		if len(p.Services)+len(p.Rates)+len(p.Clusters)+len(p.NotSold) > 0 || len(p.GPUs) == 0 {
			return position{file: name, line: 1}.problem("provider", "expected the provider's name, such as aws")
		}
		return nil
	}
	if strings.ContainsAny(p.Provider, "/@: ") {
		return position{file: name, line: 1}.problem("provider", "expected a name without spaces, slashes, @ and colons, got %q", p.Provider)
	}
	p.sources = append(p.sources, fileSources{file: name, entries: p.Sources})
	r.providers[p.Provider] = p
	return nil
}

// visit notes where a record stands, and its place in the order when it is new.
func (r *reader) visit(record any, file string, line int) {
	if old, ok := record.(whole); ok {
		old.reset()
	}
	rec, ok := record.(located)
	if !ok {
		return
	}
	at := rec.place()
	at.file, at.line = file, line
	if at.seq == 0 {
		r.seq++
		at.seq = r.seq
	}
}

// sorted returns the keys of a map of records in the order in which they were written.
func sorted[K ~string, V located](m map[K]V) []K {
	keys := slices.Collect(maps.Keys(m))
	slices.SortFunc(keys, func(a, b K) int { return m[a].place().seq - m[b].place().seq })
	return keys
}
