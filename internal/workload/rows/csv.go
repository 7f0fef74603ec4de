package rows

import (
	"bytes"
	"slices"
	"strings"
)

// Split appends the fields of a csv record to fields. A record without
// quotes, the usual case, is cut without copying.
func Split(record []byte, comma byte, fields [][]byte) [][]byte {
	if bytes.IndexByte(record, '"') >= 0 {
		return splitQuoted(record, comma, fields)
	}
	for {
		i := bytes.IndexByte(record, comma)
		if i < 0 {
			return append(fields, record)
		}
		fields = append(fields, record[:i])
		record = record[i+1:]
	}
}

// splitQuoted follows RFC 4180, and takes a quote inside an unquoted field as it stands.
func splitQuoted(record []byte, comma byte, fields [][]byte) [][]byte {
	for {
		var field []byte
		if len(record) > 0 && record[0] == '"' {
			field, record = cutQuoted(record[1:], comma)
		}
		i := bytes.IndexByte(record, comma)
		if i < 0 {
			return append(fields, append(field, record...))
		}
		fields = append(fields, append(field, record[:i]...))
		record = record[i+1:]
	}
}

// cutQuoted returns a copy of the quoted field that b begins inside of, and what follows its closing quote.
func cutQuoted(b []byte, comma byte) (field, rest []byte) {
	field = []byte{}
	for {
		i := bytes.IndexByte(b, '"')
		if i < 0 {
			return append(field, b...), nil
		}
		field = append(field, b[:i]...)
		if i+1 == len(b) || b[i+1] != '"' {
			return field, b[i+1:]
		}
		field = append(field, '"')
		b = b[i+2:]
	}
}

// Header is the first record of a csv file.
type Header struct {
	Names []string
	Comma byte
	Text  string // as read, for errors
}

// ParseHeader cuts at commas, or at the tabs or semicolons that some exports use.
func ParseHeader(line []byte) Header {
	h := Header{Comma: ',', Text: string(line)}
	for _, comma := range []byte{',', '\t', ';'} {
		var names []string
		for _, field := range Split(line, comma, nil) {
			names = append(names, strings.TrimSpace(string(field)))
		}
		if len(names) > len(h.Names) {
			h.Names, h.Comma = names, comma
		}
	}
	return h
}

// Index returns the position of a column, or -1.
func (h Header) Index(name string) int { return slices.Index(h.Names, name) }

// Has tells whether every one of the columns is there.
func (h Header) Has(names ...string) bool {
	for _, name := range names {
		if h.Index(name) < 0 {
			return false
		}
	}
	return true
}

// StartsWith tells whether the first columns are these.
func (h Header) StartsWith(names ...string) bool {
	return len(h.Names) >= len(names) && slices.Equal(h.Names[:len(names)], names)
}
