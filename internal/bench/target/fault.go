package target

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"fulcrum.dev/fulcrum/internal/record"
)

// maxExcerpt bounds how many bytes of an answer are quoted.
const maxExcerpt = 200

// fault is what is wrong with an answer that came. Its text is built only when it is asked for: the log keeps one of each kind.
type fault struct {
	kind record.Kind
	text func() string
}

func (f *fault) Error() string { return f.text() }

// beginning copies what is quoted of an answer, and a byte more where it goes on.
func beginning(data []byte) []byte { return slices.Clone(data[:min(len(data), maxExcerpt+1)]) }

// readBeginning is beginning of what a reader has, of which it reads maxWrong at most, so that the connection can be kept.
func readBeginning(from io.Reader) []byte {
	data := make([]byte, maxExcerpt+1)
	n, err := io.ReadFull(from, data)
	if err == nil {
		_, _ = io.CopyN(io.Discard, from, int64(maxWrong-n)) // wrong already, whatever else it is
	}
	return data[:n]
}

// excerpt writes a beginning in one line.
func excerpt(beginning []byte) string {
	end := ""
	if len(beginning) > maxExcerpt {
		beginning, end = beginning[:maxExcerpt], "…"
	}
	text := strings.TrimSpace(oneLine(string(bytes.ToValidUTF8(beginning, nil))))
	if text == "" {
		return "(empty)"
	}
	return text + end
}

// oneLine replaces what would move the cursor of a terminal, or change what stands beside it.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
}

// badStatus says that an answer has another status than is right.
func badStatus(kind record.Kind, res *http.Response, want int, body []byte) *fault {
	code, location := res.StatusCode, res.Header.Get("Location")
	return &fault{kind, func() string {
		line := strings.TrimSpace(fmt.Sprintf("%d %s", code, http.StatusText(code)))
		if location != "" {
			line += " to " + excerpt(beginning([]byte(location)))
		}
		expected := "a status from 200 to 299"
		if want != 0 {
			expected = fmt.Sprintf("status %d", want)
		}
		return fmt.Sprintf("%s, expected %s; the body: %s", line, expected, excerpt(body))
	}}
}

// badType says that an answer has another content type than is right.
func badType(given, want string, body []byte) *fault {
	return &fault{record.ContentType, func() string {
		came := "no content type"
		if given != "" {
			came = "content type " + excerpt(beginning([]byte(given)))
		}
		return fmt.Sprintf("%s, expected %s; the body: %s", came, want, excerpt(body))
	}}
}

// wrongAnswer says what a complete answer does not meet, and quotes it if there is anything to quote.
func wrongAnswer(data []byte, format string, args ...any) *fault {
	body := beginning(data)
	return &fault{record.WrongAnswer, func() string {
		text := fmt.Sprintf(format, args...)
		if body == nil {
			return text
		}
		return text + "; the body: " + excerpt(body)
	}}
}

// badEvent says why an event breaks the protocol of its stream.
func badEvent(what string, data []byte) *fault {
	event := beginning(data)
	return &fault{record.BadStream, func() string { return fmt.Sprintf("%v: %s: %s", errBadStream, what, excerpt(event)) }}
}

// halfStream says that a stream ended before its end.
func halfStream(chunks int64) *fault {
	return &fault{record.HalfAnswer, func() string {
		return fmt.Sprintf("the stream ended after %d chunks with text, expected [DONE] at its end", chunks)
	}}
}

// Shorten bounds what the log keeps of an error, in one line.
func Shorten(text string) string {
	const maxRunes = 500
	text = oneLine(text)
	if runes := []rune(text); len(runes) > maxRunes {
		return string(runes[:maxRunes]) + "…"
	}
	return text
}
