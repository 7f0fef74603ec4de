package catalog

import "fmt"

// position is where a record stands. Embedding it in a record has it filled in.
type position struct {
	file string
	line int
	// seq counts the records in the order in which they first appear over all files.
	seq int
}

// problem reports what is wrong at the position.
func (p position) problem(field, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	if field != "" {
		text = field + ": " + text
	}
	return fmt.Errorf("%s:%d: %s", p.file, p.line, text)
}

// located is a record that embeds its position.
type located interface{ place() *position }

func (p *position) place() *position { return p }

// whole is a record of which a later file replaces all, rather than single fields: reset empties it.
type whole interface {
	located
	reset()
}
