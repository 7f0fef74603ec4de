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
)

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
	root, err := parseFile(name, data)
	if err != nil {
		return err
	}
	p := r.providers[scalarAt(root, "provider")]
	if p == nil {
		p = &provider{}
	}
	p.Sources, p.GPUs = nil, nil
	if err := decodeNode(name, "", root, &r.seq, &p.fileRecord); err != nil {
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

// sorted returns the keys of a map of records in the order in which they were written.
func sorted[K ~string, V located](m map[K]V) []K {
	keys := slices.Collect(maps.Keys(m))
	slices.SortFunc(keys, func(a, b K) int { return m[a].place().seq - m[b].place().seq })
	return keys
}
