package lambda

import (
	"cmp"
	"io"
	"time"
)

// role is an execution role as CreateFunction wants one; the host checks no permissions.
const role = "arn:aws:iam::000000000000:role/lab"

// Config says where a host listens and how its account is limited. The zero value is an account as AWS hands it out,
// on a free port of the loopback address.
type Config struct {
	Addr    string // of the API; "127.0.0.1:0" when empty
	Region  string // "us-east-1" when empty
	Account string // twelve digits; "000000000000" when empty

	// The only key that may call. Drawn at random when empty.
	AccessKeyID, SecretAccessKey string

	Concurrency       int // of the account; 1000 when 0
	UnreservedMinimum int // what reservations must leave; a tenth of Concurrency when 0, as 100 of 1000 with AWS
	ScalingRate       int // new environments of a function within 10 s; 1000 when 0

	IdleTimeout     time.Duration // until an unused environment ends; 5 min when 0. AWS does not say what its own is
	InitTimeout     time.Duration // of the init phase, without provisioned concurrency; 10 s when 0
	ActivationDelay time.Duration // how long a function stays Pending after it is made, and InProgress after a change

	AsyncQueue int           // asynchronous events that may wait; 1000 when 0
	RetryDelay time.Duration // before the first retry of a failed event, twice that before the second; 1 min when 0

	Logs io.Writer // whole lines of all functions' logs; nil discards them
}

func (c Config) withDefaults() Config {
	c.Addr = cmp.Or(c.Addr, "127.0.0.1:0")
	c.Region = cmp.Or(c.Region, "us-east-1")
	c.Account = cmp.Or(c.Account, "000000000000")
	c.AccessKeyID = cmp.Or(c.AccessKeyID, "LAB"+randomText())
	c.SecretAccessKey = cmp.Or(c.SecretAccessKey, randomText()+randomText())
	c.Concurrency = cmp.Or(c.Concurrency, 1000)
	c.UnreservedMinimum = cmp.Or(c.UnreservedMinimum, c.Concurrency/10)
	c.ScalingRate = cmp.Or(c.ScalingRate, 1000)
	c.IdleTimeout = cmp.Or(c.IdleTimeout, 5*time.Minute)
	c.InitTimeout = cmp.Or(c.InitTimeout, 10*time.Second)
	c.AsyncQueue = cmp.Or(c.AsyncQueue, 1000)
	c.RetryDelay = cmp.Or(c.RetryDelay, time.Minute)
	if c.Logs == nil {
		c.Logs = io.Discard
	}
	return c
}

// Limits of the Lambda API, from its developer guide ("Lambda quotas", 2026-11).
const (
	maxPayload       = 6 << 20          // bytes of a synchronous request
	maxAsyncPayload  = 1 << 20          // bytes of an asynchronous request
	maxResponse      = 6<<20 + 100      // bytes of a buffered response; the text of the error names the odd number
	maxStream        = 200 << 20        // bytes of a streamed response
	maxLogTail       = 4 << 10          // bytes of X-Amz-Log-Result before base64
	maxEnvironment   = 4 << 10          // bytes of all names and values of a function's own variables
	maxControlBody   = 1 << 20          // bytes of a request to the control API; generous, ours
	provisionedInit  = 15 * time.Minute // of the init phase with provisioned concurrency
	maxFunctionError = 256 << 10        // bytes of an error that a runtime posts; ours
)
