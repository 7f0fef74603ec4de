package strictyaml

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/api/unit"
)

// shop is a type with every form that a field can have.
type shop struct {
	Name   string           `json:"name"`
	Open   bool             `json:"open,omitempty"`
	Floors int              `json:"floors,omitempty" check:"gte=1,lte=9"`
	Rent   *unit.Money      `json:"rent,omitempty" check:"gt=0"`
	Kind   string           `json:"kind,omitempty" check:"oneof=bakery grocery"`
	Wait   queue            `json:"wait,omitzero"`
	Shelf  map[string]*item `json:"shelf,omitempty"`
	Tags   []string         `json:"tags,omitempty"`
	House  Layers           `json:"house,omitzero"`
	unread string
}

// queue is written as its mean, or as a mapping.
type queue struct {
	Mean unit.Duration `json:"mean,omitempty" check:"scalar"`
	Max  unit.Duration `json:"max,omitempty"`
}

func (q *queue) UnmarshalJSON(data []byte) error { return q.Mean.UnmarshalJSON(data) }

type item struct {
	Price unit.Decimal `json:"price"`
	Count int          `json:"count,omitempty"`
}

type house struct {
	Rooms int `json:"rooms,omitempty"`
	Doors int `json:"doors,omitempty"`
}

var shopFile = Document{Noun: "shop", Fields: "a name", MaxSize: 1 << 10}

func TestRead(t *testing.T) {
	s, err := Read[shop]("shop.yaml", []byte("name: corner\nopen: true\nfloors: 2\nrent: 12.50\nkind: bakery\nwait: 3s\n"+
		"shelf: {bread: {price: 2}, cake: {price: 3.5, count: 1}}\ntags: [a, b]\n"), shopFile, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "corner" || !s.Open || s.Floors != 2 || s.Rent.String() != "12.5" || s.Kind != "bakery" || s.Wait.Mean.String() != "3s" ||
		s.Shelf["cake"].Price.String() != "3.5" || s.Shelf["cake"].Count != 1 || !slices.Equal(s.Tags, []string{"a", "b"}) || s.unread != "" {
		t.Errorf("%+v", s)
	}
}

func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"open: true":                        "f.yaml:1:1: name: is required: expected text",
		"{name: a, floor: 1}":               `f.yaml:1:11: unknown field "floor": did you mean "floors"?`,
		"{name: a, floors: 0}":              "f.yaml:1:19: floors: expected from 1 to 9, got 0",
		"{name: a, rent: 0}":                "f.yaml:1:17: rent: expected more than 0, got 0",
		"{name: a, kind: bakry}":            `f.yaml:1:17: kind: unknown value "bakry": did you mean "bakery"?`,
		"{name: a, wait: 3}":                "f.yaml:1:17: wait: expected a duration with its unit such as 250ms, 2s, 1h30m or 7d, got \"3\"",
		"{name: a, wait: -3s}":              "f.yaml:1:17: wait: expected at least 0, got -3s",
		"{name: a, wait: [3s]}":             "f.yaml:1:11: wait: expected a duration with its unit such as 250ms, 2s, 1h30m or 7d, or a mapping with mean, max, got a list",
		"{name: a, shelf: {b: {count: 1}}}": "f.yaml:1:22: shelf[b].price: is required: expected a decimal number such as 0.526",
		"{name: a, shelf: 1}":               "f.yaml:1:18: shelf: expected a mapping of names to mappings with price, count, got the number 1",
		"{name: a, name: b}":                "f.yaml:1:11: name: is there twice, first in line 1: leave one of them out",
		"{name: yes}":                       `f.yaml:1:8: name: expected text, got yes, which other readers of YAML take for true or false: write it in quotes, "yes"`,
		"{name: a, tags: []}":               "f.yaml:1:11: tags: expected at least one item, got an empty list: fill it in or leave the field out",
		strings.Repeat("# long\n", 1<<10):   "f.yaml: expected a shop file of at most 0 MiB, got 7168 bytes: ",
		"":                                  "f.yaml: the file is empty: expected a shop with a name",
	} {
		_, err := Read[shop]("f.yaml", []byte(text), shopFile, nil)
		var problems Problems
		if !errors.As(err, &problems) || err.Error() != want {
			t.Errorf("%.60s\ngot  %v\nwant %s", text, err, want)
		}
	}
}

// TestReadKeepsItemsInPlace: an item that is refused leaves its place empty, and rules about it keep quiet.
func TestReadKeepsItemsInPlace(t *testing.T) {
	_, err := Read("f.yaml", []byte("name: a\ntags: [x, 5, z]\n"), shopFile, func(s *shop, r *Report) {
		if !slices.Equal(s.Tags, []string{"x", "", "z"}) {
			t.Errorf("tags are %q", s.Tags)
		}
		r.Reject("tags[1]", "is empty")
		r.Reject("tags[2]", "is last")
		r.Reject("tags", "holds something empty")
		r.Reject("name", "rests on the tags", "tags")
	})
	want := "f.yaml:2:11: tags[1]: expected text, got the number 5: write it in quotes, \"5\"\nf.yaml:2:14: tags[2]: is last"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// TestOnto: a second file changes single fields of the first, and layers wait for what they are laid onto.
func TestOnto(t *testing.T) {
	var visited []string
	doc := shopFile
	doc.Partial = true
	doc.Visit = func(into any, file string, line int) {
		if i, ok := into.(*item); ok {
			visited = append(visited, file)
			i.Count = line
		}
	}
	var s shop
	for _, file := range []struct{ name, text string }{
		{"one", "name: corner\nfloors: 3\nshelf: {bread: {price: 2}}\nhouse: {rooms: 4, doors: 9}\n"},
		{"two", "floors: 1\n\n\nshelf: {bread: {}, cake: {price: 3}}\nhouse: {doors: 2}\n"},
	} {
		root, err := doc.Parse(file.name, []byte(file.text))
		if err != nil {
			t.Fatal(err)
		}
		if err := doc.Onto(file.name, root, &s); err != nil {
			t.Fatal(err)
		}
	}
	if s.Name != "corner" || s.Floors != 1 || s.Shelf["bread"].Price.String() != "2" || s.Shelf["bread"].Count != 4 || s.Shelf["cake"].Price.String() != "3" {
		t.Errorf("%+v", s)
	}
	if diff := cmp.Diff([]string{"one", "two", "two"}, visited); diff != "" {
		t.Errorf("visited (-want +got):\n%s", diff)
	}
	h := house{Rooms: 1}
	if err := s.House.Onto(&h); err != nil || h != (house{Rooms: 4, Doors: 2}) {
		t.Errorf("house %+v, %v", h, err)
	}
	var wrong struct {
		Windows int `json:"windows,omitempty"`
	}
	if err := s.House.Onto(&wrong); err == nil || !strings.HasPrefix(err.Error(), `one:4:9: house: unknown field "rooms"`) {
		t.Errorf("onto another type: %v", err)
	}
}
