package architecture

import (
	"fmt"
	"slices"
	"strings"
)

// formatImports are packages of the standard library that read or write file formats. Sub-packages count as well.
var formatImports = []string{"archive", "compress", "debug", "encoding", "go", "html", "image", "mime", "text/template"}

// formatExceptions lie below a path of formatImports but know no format.
var formatExceptions = []string{"encoding", "encoding/binary"}

// formatlessModules are other modules that know no format, and import none that does. They are named one by one because the source of
// other modules is not parsed here.
var formatlessModules = []string{"gonum.org/v1/gonum"}

// closure is all packages of the module that a formatless one, its root, depends on.
type closure struct {
	root, module string
	packages     map[string]sourcePackage
	seen         map[string]bool
}

// check returns the imports in a package of the closure, and in those that it imports, that lead to a file format. Tests may use any.
func (c *closure) check(dir string) []Violation {
	if c.seen[dir] {
		return nil
	}
	c.seen[dir] = true
	var found []Violation
	for _, f := range c.packages[dir].files {
		if f.test {
			continue
		}
		for _, imp := range f.imports {
			if next, ours := inModule(imp.path, c.module); ours {
				found = append(found, c.check(next)...)
			} else if what := formatOf(imp.path); what != "" {
				found = append(found, Violation{imp.where, fmt.Sprintf("imports %s, %s; %s depends on this package and must know no file format", imp.path, what, c.root)})
			}
		}
	}
	return found
}

// formatOf says why a formatless package may not import a package of another module; nothing if it may.
func formatOf(imported string) string {
	host, _, _ := strings.Cut(imported, "/")
	switch standard := !strings.Contains(host, "."); {
	case standard && isBelow(imported, formatImports) && !slices.Contains(formatExceptions, imported):
		return "which reads or writes a file format"
	case !standard && !isBelow(imported, formatlessModules):
		return "which is in no module of formatlessModules"
	}
	return ""
}

// isBelow tells whether an import path is one of several, or below one.
func isBelow(imported string, paths []string) bool {
	return slices.ContainsFunc(paths, func(path string) bool {
		return imported == path || strings.HasPrefix(imported, path+"/")
	})
}
