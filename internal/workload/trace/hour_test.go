package trace

import (
	"time"

	"fulcrum.dev/fulcrum/api/unit"
)

const hour = unit.Duration(time.Hour)
