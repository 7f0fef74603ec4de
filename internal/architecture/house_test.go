package architecture_test

import (
	"os"
	"testing"

	"fulcrum.dev/fulcrum/internal/architecture"
)

func TestRepositoryKeepsTheRulesOfTheHouse(t *testing.T) {
	violations, err := architecture.Check(os.DirFS("../.."), architecture.Module, architecture.House())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range violations {
		t.Error(v)
	}
}

func TestHouseHasEveryRowOnce(t *testing.T) {
	seen := make(map[string]bool)
	for _, row := range architecture.House() {
		if seen[row.Dir] {
			t.Errorf("%s: two rows", row.Dir)
		}
		seen[row.Dir] = true
	}
}
