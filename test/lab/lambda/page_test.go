package lambda_test

import (
	"os"
	"strings"
	"testing"
)

// page has the table of the behaviours for readers.
const page = "../../../docs/laboratory.md"

// TestPage: the table is the list of this package.
func TestPage(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	table.WriteString("| behaviour | our host | serverless-offline |\n| --- | --- | --- |\n")
	for _, b := range behaviours {
		peer := "yes"
		if b.lacks != "" {
			peer = "not asked: " + b.lacks
		}
		table.WriteString("| " + b.name + " | yes | " + peer + " |\n")
	}
	if !strings.Contains(string(text), "\n\n"+table.String()+"\n") {
		t.Errorf("%s: expected this table:\n%s", page, table.String())
	}
}
