package architecture

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// A sourcePackage is a folder with Go files, whatever their build constraints:
// the rules hold on every platform.
type sourcePackage struct {
	dir   string
	files []sourceFile
}

type sourceFile struct {
	name    string // path inside the tree
	test    bool
	syntax  *ast.File
	imports []sourceImport
	lines   *token.FileSet
}

type sourceImport struct {
	path  string // the quoted import path, without quotes
	name  string // the name given to it; empty for none
	where string
}

// readPackages parses every folder below the root that the go command would
// take for a package of this module, sorted by folder.
func readPackages(fsys fs.FS) ([]sourcePackage, error) {
	var packages []sourcePackage
	err := fs.WalkDir(fsys, ".", func(dir string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !entry.IsDir() {
			return nil
		}
		skip, err := isOutside(fsys, dir)
		if err != nil {
			return err
		}
		if skip {
			return fs.SkipDir
		}
		p, err := readPackage(fsys, dir)
		if len(p.files) > 0 {
			packages = append(packages, p)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the source tree: %w", err)
	}
	return packages, nil
}

// isOutside tells whether the go command leaves out a folder: hidden ones, test data, and modules of their own.
func isOutside(fsys fs.FS, dir string) (bool, error) {
	if dir == "." {
		return false, nil
	}
	base := path.Base(dir)
	if base == "testdata" || base == "vendor" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true, nil
	}
	nested, err := fs.Glob(fsys, path.Join(dir, "go.mod"))
	return len(nested) > 0, err
}

// readPackage parses the Go files of one folder; without any, the package has no files.
func readPackage(fsys fs.FS, dir string) (sourcePackage, error) {
	p := sourcePackage{dir: dir}
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return p, err
	}
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
			continue
		}
		f, err := readFile(fsys, path.Join(dir, name))
		if err != nil {
			return p, err
		}
		p.files = append(p.files, f)
	}
	return p, nil
}

func readFile(fsys fs.FS, name string) (sourceFile, error) {
	f := sourceFile{name: name, test: strings.HasSuffix(name, "_test.go"), lines: token.NewFileSet()}
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return f, err
	}
	f.syntax, err = parser.ParseFile(f.lines, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return f, err
	}
	for _, spec := range f.syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return f, fmt.Errorf("%s: import %s: %w", f.where(spec), spec.Path.Value, err)
		}
		imp := sourceImport{path: imported, where: f.where(spec)}
		if spec.Name != nil {
			imp.name = spec.Name.Name
		}
		f.imports = append(f.imports, imp)
	}
	return f, nil
}

// where is the file and line of a node, for a violation.
func (f sourceFile) where(n ast.Node) string {
	return fmt.Sprintf("%s:%d", f.name, f.lines.Position(n.Pos()).Line)
}
