package architecture

import (
	"fmt"
	"go/ast"
	"path"
	"slices"
	"strconv"
	"strings"
)

// impureImports are packages that reach outside the process - files, other processes, the network, logs -, or that draw from
// a source that no seed of ours governs. Sub-packages count as well, except those of net that only parse.
var impureImports = []string{
	"os", "net", "log", "syscall", "io/ioutil", "plugin", "mime", "expvar", "database/sql", "testing",
	"runtime/debug", "runtime/pprof", "runtime/trace",
	"crypto/rand", "crypto/tls", "crypto/x509", "math/rand",
	"golang.org/x/sys", "golang.org/x/term", "golang.org/x/net", "golang.org/x/oauth2",
	"cloud.google.com/go", "github.com/aws", "google.golang.org/grpc", "k8s.io/client-go",
}

// pureExceptions lie below a path of impureImports but only parse or compute.
var pureExceptions = []string{"net/url", "net/netip", "net/mail", "net/textproto", "math/rand/v2"}

// impureNames are the identifiers of otherwise pure packages that read the
// wall clock, wait for it, read the time zones of the machine, or draw from the global random source.
var impureNames = map[string][]string{
	"time": {"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Local", "LoadLocation"},
	"math/rand/v2": {
		"ExpFloat64", "Float32", "Float64", "Int", "Int32", "Int32N", "Int64", "Int64N", "IntN", "N",
		"NormFloat64", "Perm", "Shuffle", "Uint", "Uint32", "Uint32N", "Uint64", "Uint64N", "UintN",
	},
}

// checkPurity finds what makes the code of p, tests aside, depend on anything but its input.
func checkPurity(p sourcePackage) []Violation {
	var found []Violation
	for _, f := range p.files {
		if f.test {
			continue
		}
		for _, imp := range f.imports {
			if isImpure(imp.path) {
				found = append(found, Violation{imp.where, fmt.Sprintf("pure package imports %s: take a reader, a time or a seed as a parameter", imp.path)})
			}
			if names := impureNames[imp.path]; names != nil && imp.name == "." {
				found = append(found, Violation{imp.where, fmt.Sprintf("pure package dot-imports %s, which hides %s", imp.path, strings.Join(names, ", "))})
			}
		}
		found = append(found, checkNames(f)...)
	}
	return found
}

// checkPureImports finds imports of this module's packages that are not pure themselves.
func checkPureImports(p sourcePackage, module string, rows []Row, order map[string]int) []Violation {
	var found []Violation
	for _, f := range p.files {
		if f.test {
			continue
		}
		for _, imp := range f.imports {
			dir, ours := inModule(imp.path, module)
			if i, known := order[dir]; ours && known && !rows[i].Pure {
				found = append(found, Violation{imp.where, fmt.Sprintf("pure package imports %s, which is not pure: move what both need to a pure package", dir)})
			}
		}
	}
	return found
}

func isImpure(imported string) bool {
	if slices.Contains(pureExceptions, imported) {
		return false
	}
	return isBelow(imported, impureImports)
}

// checkNames finds uses of impureNames, whatever name the file imports their
// package by. A value counts like a call: `now := time.Now` is a clock too.
// A local variable that shadows the import is taken for the import.
func checkNames(f sourceFile) []Violation {
	imported := make(map[string]string, len(f.imports)) // local name -> import path
	for _, imp := range f.imports {
		imported[imp.localName()] = imp.path
	}
	var found []Violation
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := selector.X.(*ast.Ident); ok && slices.Contains(impureNames[imported[x.Name]], selector.Sel.Name) {
			found = append(found, Violation{
				f.where(selector),
				fmt.Sprintf("pure package uses %s.%s: take it as a parameter", imported[x.Name], selector.Sel.Name),
			})
		}
		return true
	})
	return found
}

// localName is the identifier that the file knows an import by. Where the
// import gives none it is guessed from the path, as Go's tools do: the last
// element, or the one before it when the last is a major version.
func (imp sourceImport) localName() string {
	if imp.name != "" {
		return imp.name
	}
	last := path.Base(imp.path)
	if version, ok := strings.CutPrefix(last, "v"); ok {
		if _, err := strconv.Atoi(version); err == nil {
			return path.Base(path.Dir(imp.path))
		}
	}
	return last
}
