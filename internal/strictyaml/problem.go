package strictyaml

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// MaxProblems bounds how many problems one error shows.
const MaxProblems = 20

// Problem is one thing that is wrong with a file.
type Problem struct {
	// File is the name that Load was given.
	File string
	// Line and Column count from 1; both are 0 for a problem with the file as a whole.
	Line, Column int
	// Field is the path of the field, such as spec.traffic.generator.rate; "" for the file as a whole.
	Field string
	// Message says what was expected and what to do.
	Message string
}

// String writes file:line:column: field: message, without the parts that are unknown.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
		if p.Column > 0 {
			fmt.Fprintf(&b, ":%d", p.Column)
		}
	}
	b.WriteString(": ")
	if p.Field != "" {
		b.WriteString(p.Field + ": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// Problems is everything that is wrong with a file, in order of the file:
// at most 20, of which the last then says how many more there are.
type Problems []Problem

// Error writes one problem per line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// sorted returns the problems in order of the file, and no more than maxProblems.
func (p Problems) sorted() Problems {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	p = slices.Compact(p)
	if len(p) <= MaxProblems {
		return p
	}
	more := len(p) - (MaxProblems - 1)
	return append(p[:MaxProblems-1:MaxProblems-1], Problem{
		File:    p[0].File,
		Message: fmt.Sprintf("%d more problems: correct these first", more),
	})
}

// Report collects the problems of one file. It knows where every field stands.
type Report struct {
	file     string
	places   places
	broken   broken
	problems Problems
}

func NewReport(file string) *Report {
	return &Report{file: file, places: places{}, broken: broken{paths: map[string]bool{}, around: map[string]bool{}, parents: map[string]bool{}}}
}

// refuse records that the value at path cannot be used. Rules that would
// complain about its absence then keep quiet.
func (r *Report) refuse(path string, at place, format string, args ...any) {
	r.broken.add(path)
	r.add(path, at, format, args...)
}

// Reject records that a usable value breaks a rule. The rule may also rest on
// other fields: it says nothing when one of those could not be read, because a
// consequence of a problem is no further problem.
func (r *Report) Reject(path, message string, restsOn ...string) {
	if r.broken.has(path) || r.broken.parents[path] {
		return
	}
	for _, other := range restsOn {
		if r.broken.has(other) || r.broken.around[other] {
			return
		}
	}
	r.add(path, r.places.nearest(path), "%s", message)
}

// Err returns the problems in order of the file, as Problems; nil when there are none.
func (r *Report) Err() error {
	if len(r.problems) == 0 {
		return nil
	}
	return r.problems.sorted()
}

func (r *Report) add(path string, at place, format string, args ...any) {
	r.problems = append(r.problems, Problem{
		File: r.file, Line: at.line, Column: at.column, Field: path,
		Message: fmt.Sprintf(format, args...),
	})
}

// broken is the paths that the check refused, so that the model lacks them.
type broken struct {
	paths   map[string]bool
	around  map[string]bool // everything that a refused value is a part of
	parents map[string]bool // what a refused value is a direct part of
}

func (b broken) add(path string) {
	b.paths[path] = true
	if path == "" {
		return
	}
	b.parents[parentPath(path)] = true
	for path != "" {
		path = parentPath(path)
		b.around[path] = true
	}
}

// has reports whether a value, or one that it is a part of, was refused.
func (b broken) has(path string) bool {
	for !b.paths[path] {
		if path == "" {
			return false
		}
		path = parentPath(path)
	}
	return true
}
