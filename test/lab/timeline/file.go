package timeline

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// maxLine is the longest line of a file, in bytes: that of a metric of some thousand pods.
const maxLine = 1 << 20

// Write makes a file of events. It is there as a whole or not at all.
func Write(path string, events []Event) (err error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	for _, e := range events {
		if err := encoder.Encode(e); err != nil {
			return fmt.Errorf("writing %s: %w", path, err)
		}
	}
	work := path + ".new"
	defer os.Remove(work) // nothing is there any more after the rename
	if err := os.WriteFile(work, text.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := os.Rename(work, path); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// Read reads a file that Write made.
func Read(path string) ([]Event, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var events []Event
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, maxLine)
	for number := 1; lines.Scan(); number++ {
		decoder := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		decoder.DisallowUnknownFields()
		var e Event
		if err := decoder.Decode(&e); err != nil {
			return nil, fmt.Errorf("%s:%d: expected an event as JSON: %w", path, number, err)
		}
		if err := e.check(); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, number, err)
		}
		if n := len(events); n > 0 && e.Time.Before(events[n-1].Time) {
			return nil, fmt.Errorf("%s:%d: time %v: expected one not before that of the line above", path, number, e.Time)
		}
		events = append(events, e)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return events, nil
}

func (e *Event) check() error {
	n := 0
	for _, there := range []bool{e.Settings != nil, e.Metric != nil, e.Replicas != nil, e.Pod != nil, e.Answer != "", e.Callers != nil} {
		if there {
			n++
		}
	}
	if e.Time.IsZero() || n != 1 {
		return errors.New("expected a time and one of settings, metric, replicas, pod, answer and callers")
	}
	return nil
}
