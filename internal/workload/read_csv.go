package workload

import (
	"bytes"
	"slices"
	"strings"
)

// splitRecord appends the fields of a csv record to fields. A record without
// quotes, the usual case, is cut without copying.
func splitRecord(record []byte, comma byte, fields [][]byte) [][]byte {
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

// header is the first record of a csv file.
type header struct {
	names []string
	comma byte
	text  string // as read, for errors
}

// parseHeader cuts at commas, or at the tabs or semicolons that some exports use.
func parseHeader(line []byte) header {
	h := header{comma: ',', text: string(line)}
	for _, comma := range []byte{',', '\t', ';'} {
		var names []string
		for _, field := range splitRecord(line, comma, nil) {
			names = append(names, strings.TrimSpace(string(field)))
		}
		if len(names) > len(h.names) {
			h.names, h.comma = names, comma
		}
	}
	return h
}

// index returns the position of a column, or -1.
func (h header) index(name string) int { return slices.Index(h.names, name) }

// has tells whether every one of the columns is there.
func (h header) has(names ...string) bool {
	for _, name := range names {
		if h.index(name) < 0 {
			return false
		}
	}
	return true
}

// startsWith tells whether the first columns are these.
func (h header) startsWith(names ...string) bool {
	return len(h.names) >= len(names) && slices.Equal(h.names[:len(names)], names)
}
