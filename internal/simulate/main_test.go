package simulate

import (
	"testing"

	"fulcrum.dev/fulcrum/internal/longtest"
)

// TestMain lowers the number of systems that a law is tried on, which cost milliseconds each.
func TestMain(m *testing.M) { longtest.Main(m, 40, 100) }
