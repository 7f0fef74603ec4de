package architecture

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// A Violation says which file or folder breaks which rule.
type Violation struct {
	// Where is a folder, or a file with a line ("internal/plan/search.go:12").
	Where string

	// What says which rule is broken, and what to do.
	What string
}

func (v Violation) String() string { return v.Where + ": " + v.What }

// Check parses every Go package of the module rooted at fsys and returns what
// breaks the rules of rows, by folder. Test files must keep the import
// order too, but may use the clock, files and processes. The error is one of
// reading or parsing the source.
func Check(fsys fs.FS, module string, rows []Row) ([]Violation, error) {
	packages, err := readPackages(fsys)
	if err != nil {
		return nil, err
	}
	byDir := make(map[string]sourcePackage, len(packages))
	for _, p := range packages {
		byDir[p.dir] = p
	}
	order := make(map[string]int, len(rows))
	for i, row := range rows {
		order[row.Dir] = i
	}
	var found []Violation
	for _, p := range packages {
		i, known := order[p.dir]
		if !known {
			found = append(found, Violation{p.dir, "folder with Go files is in no row: add it to the table in house.go"})
			continue
		}
		found = append(found, checkComment(p)...)
		found = append(found, checkImports(p, module, i, order)...)
		if rows[i].Pure {
			found = append(found, checkPurity(p)...)
			found = append(found, checkPureImports(p, module, rows, order)...)
		}
		if rows[i].Formatless {
			c := closure{root: p.dir, module: module, packages: byDir, seen: make(map[string]bool)}
			found = append(found, c.check(p.dir)...)
		}
	}
	return append(found, checkFolders(packages, rows)...), nil
}

// checkFolders finds rows whose folder is gone or empty.
func checkFolders(packages []sourcePackage, rows []Row) []Violation {
	var found []Violation
	for _, row := range rows {
		if !slices.ContainsFunc(packages, func(p sourcePackage) bool { return p.dir == row.Dir }) {
			found = append(found, Violation{row.Dir, "row has no folder with Go files: remove it from the table in house.go"})
		}
	}
	return found
}

// checkComment finds a package that does not say what it is. A folder that
// holds nothing but tests needs no comment.
func checkComment(p sourcePackage) []Violation {
	code := false
	for _, f := range p.files {
		if f.test {
			continue
		}
		code = true
		if strings.TrimSpace(f.syntax.Doc.Text()) != "" {
			return nil
		}
	}
	if !code {
		return nil
	}
	return []Violation{{p.dir, "package has no package comment: say what it is, what goes in and what comes out"}}
}

// checkImports finds imports of this module's packages that are not in a row
// above row i, that of p.
func checkImports(p sourcePackage, module string, i int, order map[string]int) []Violation {
	var found []Violation
	for _, f := range p.files {
		for _, imp := range f.imports {
			dir, ours := inModule(imp.path, module)
			if !ours || f.test && (dir == p.dir || dir == p.dir+"/"+path.Base(p.dir)+"test") {
				continue // An external test imports the package that it tests, and what helps to test it.
			}
			j, known := order[dir]
			switch {
			case !known:
				found = append(found, Violation{imp.where, fmt.Sprintf("imports %s, which is in no row", dir)})
			case j >= i:
				found = append(found, Violation{imp.where, fmt.Sprintf("imports %s, which is not above %s in the table", dir, p.dir)})
			}
		}
	}
	return found
}

// inModule returns the folder of an import path inside the module.
func inModule(path, module string) (dir string, ours bool) {
	if path == module {
		return ".", true
	}
	return strings.CutPrefix(path, module+"/")
}
