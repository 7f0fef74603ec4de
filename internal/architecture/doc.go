// Package architecture holds the rules of the house and checks that the source
// keeps them: which package may import which, which packages are pure, which know
// no file format, and that every package says what it is.
//
// In goes the source tree as an [io/fs.FS] and a table of rows in import order
// ([House]); out come violations. Start at [Check]. The test in this package
// runs it over the repository, so that `go test ./...` fails on a violation.
//
// The source is parsed, not asked for with `go list`: the test cache notices a
// changed file that a test has read itself, but not one that a child process
// has read, and would keep the result of yesterday's tree.
package architecture
